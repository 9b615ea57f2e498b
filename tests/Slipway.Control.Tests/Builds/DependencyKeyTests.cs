using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Builds;
using Slipway.Control.Builds.Python;
using Slipway.Control.Server;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Builds;

/// <summary>Equal inputs share a layer; nothing that could change it is left out.</summary>
public sealed class DependencyKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Digest Digest(char c) => Contracts.Names.Digest.Parse("sha256:" + new string(c, 64));

    private BuildInputs Inputs()
    {
        _folder.File("requirements.txt", "Django==3.2\n");
        var stack = new StackInfo(StackName.Parse("python-build"), "2026-11-23", Digest('1'), []);
        return new BuildInputs
        {
            App = new AppRow { Name = "blog", OwnerId = 1, GeneratedSecrets = "", ConfigVars = "" },
            Source = new SourceTree(Digest('2'), _folder.Path, 1, 1, []),
            Kind = new PythonKind(),
            Plan = new BuildPlan
            {
                Summary = "",
                Dependencies = new DependencyPlan("requirements", "requirements.txt", ["requirements.txt"], false)
                {
                    Results = ["/venv"], FactsFile = "venv/slipway.json", ConfigPrefixes = ["PIP_"], Inputs = new Dictionary<string, string> { ["django"] = "yes" },
                },
            },
            Stacks = new StackPair(stack, stack),
            Config = new Dictionary<string, string> { ["DEBUG"] = "1" },
            Domains = ["blog.localhost"],
            PackageIndex = null,
        };
    }

    private static Digest Key(BuildInputs inputs, char code = 'c') => DependencyKey.Compute(inputs, inputs.Plan.Dependencies!, Digest(code));

    private static Digest Key(BuildInputs inputs, DependencyPlan plan) => Key(inputs with { Plan = inputs.Plan with { Dependencies = plan } });

    [Fact]
    public void What_does_not_matter_to_pip_does_not_change_it()
    {
        var inputs = Inputs();
        var key = Key(inputs);
        Assert.Equal(key, Key(inputs with { App = new AppRow { Name = "shop", OwnerId = 1, GeneratedSecrets = "", ConfigVars = "" } }));
        Assert.Equal(key, Key(inputs with { Source = inputs.Source with { Digest = Digest('9') } }));
        Assert.Equal(key, Key(inputs with { Stacks = inputs.Stacks with { Run = inputs.Stacks.Run! with { Layer = Digest('8') } } }));
        Assert.Equal(key, Key(inputs with { Config = new Dictionary<string, string> { ["DEBUG"] = "0" }, Domains = [] }));
    }

    [Fact]
    public void Everything_that_matters_does()
    {
        var inputs = Inputs();
        var dependencies = inputs.Plan.Dependencies!;
        List<Digest> keys =
        [
            Key(inputs),
            Key(inputs, 'd'),
            Key(inputs with { App = new AppRow { Name = "blog", OwnerId = 2, GeneratedSecrets = "", ConfigVars = "" } }),
            Key(inputs with { Stacks = inputs.Stacks with { Build = inputs.Stacks.Build with { Layer = Digest('8') } } }),
            Key(inputs with { PackageIndex = "local" }),
            Key(inputs with { PackageIndex = "https://pypi.example.org/simple/" }),
            Key(inputs with { Config = new Dictionary<string, string> { ["PIP_INDEX_URL"] = "https://x/" } }),
            Key(inputs, dependencies with { Inputs = new Dictionary<string, string>() }),
            Key(inputs, dependencies with { Inputs = new Dictionary<string, string> { ["django"] = "yes", ["django_version"] = "3.2" } }),
            Key(inputs, dependencies with { Kind = "pyproject" }),
            Key(inputs, dependencies with { NeedsSource = true }),
        ];
        _folder.File("requirements.txt", "Django==3.2.1\n");
        keys.Add(Key(inputs));
        _folder.File("requirements.txt", "git+https://oauth2:${GIT_TOKEN}@git.example.org/acme/parts\n");
        keys.Add(Key(inputs));
        keys.Add(Key(inputs with { Config = new Dictionary<string, string> { ["GIT_TOKEN"] = "one" } }));
        keys.Add(Key(inputs with { Config = new Dictionary<string, string> { ["GIT_TOKEN"] = "other" } }));
        Assert.Distinct(keys);
    }

    [Fact]
    public void The_installation_sees_the_config_vars_that_pip_reads_and_those_that_its_files_name()
    {
        var inputs = Inputs() with { Config = new Dictionary<string, string> { ["PIP_INDEX_URL"] = "https://x/", ["GIT_TOKEN"] = "t", ["SECRET_KEY"] = "s", ["HTTPS_PROXY"] = "p" } };
        _folder.File("requirements.txt", "git+https://oauth2:${GIT_TOKEN}@git.example.org/acme/parts\nnot-named == $SECRET_KEY\n");
        Assert.Equal(["GIT_TOKEN", "HTTPS_PROXY", "PIP_INDEX_URL"], DependencyKey.ConfigOf(inputs, inputs.Plan.Dependencies!).Keys.Order());
    }

    [Fact]
    public async Task One_at_a_time_works_on_a_key_and_others_do_not_wait()
    {
        var cancel = TestContext.Current.CancellationToken;
        var keys = new KeyedLock();
        var first = await keys.EnterAsync("a", cancel);
        using (await keys.EnterAsync("b", cancel)) { }
        var second = keys.EnterAsync("a", cancel);
        Assert.False(second.IsCompleted);
        using var gaveUp = new CancellationTokenSource();
        var third = keys.EnterAsync("a", gaveUp.Token);
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        first.Dispose();
        (await second).Dispose();
        using (await keys.EnterAsync("a", cancel)) { }
    }
}
