using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Builds.Docker;
using Slipway.Control.Registries;

namespace Slipway.Control.Tests.Builds;

/// <summary>Dockerfiles, heroku.yml and images from elsewhere, as preflight reads them.</summary>
public sealed class ContainerPreflightTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private SlipwayError Refused() => Assert.Throws<SlipwayException>(() => Planned.Of(_folder)).Error;

    private static string? Command(Planned planned, string type) => planned.ProcessTypes.GetValueOrDefault(ProcessType.Parse(type));

    [Fact]
    public void A_dockerfile_alone_is_enough()
    {
        _folder.File("Dockerfile", "FROM scratch\n");
        var planned = Planned.Of(_folder);
        Assert.Equal("docker", planned.Kind.Name);
        Assert.Equal("Dockerfile", planned.Detail("dockerfile"));
        Assert.True(planned.Plan.PullsInBuild);
    }

    [Fact]
    public void A_dockerfile_beside_what_says_more_is_mentioned_and_not_taken()
    {
        _folder.File("Dockerfile", "FROM scratch\n");
        _folder.File("index.php", "<?php\n");
        var planned = Planned.Of(_folder);
        Assert.Equal("php", planned.Kind.Name);
        Assert.Contains(planned.Decisions, line => line.Contains("Not docker", StringComparison.Ordinal) && line.Contains("PROJECT_KIND=docker", StringComparison.Ordinal));
    }

    [Fact]
    public void Between_a_dockerfile_and_a_procfile_nothing_is_guessed()
    {
        _folder.File("Dockerfile", "FROM scratch\n");
        _folder.File("Procfile", "web: ./serve\n");
        Assert.Equal("ambiguous_kind", Refused().Id);
        _folder.File("slipway.toml", "kind = \"docker\"\n");
        var planned = Planned.Of(_folder);
        Assert.Equal("./serve", Command(planned, "web"));
    }

    [Fact]
    public void Heroku_yml_says_what_is_built_with_what_and_what_runs()
    {
        _folder.File("web/Dockerfile", "FROM scratch\n");
        _folder.File("manage.py", "import django\n");
        _folder.File("heroku.yml", """
            setup:
              addons:
                - plan: heroku-postgresql
            build:
              docker:
                web:
                  dockerfile: web/Dockerfile
                  target: run
                worker:
                  dockerfile: web/Dockerfile
                  target: run
              config:
                RAILS_ENV: production
                LEVEL: 3
            release:
              image: worker
              command:
                - ./check
                - ./migrate --all
            run:
              web: serve --port $PORT
              worker:
                command:
                  - work
                image: worker
            """);
        var planned = Planned.Of(_folder);
        Assert.Equal("docker", planned.Kind.Name);
        Assert.Equal("web/Dockerfile", planned.Detail("dockerfile"));
        Assert.Equal("web", planned.Detail("context"));
        Assert.Equal("run", planned.Detail("target"));
        Assert.Equal("""{"RAILS_ENV":"production","LEVEL":"3"}""", planned.Detail("arguments"));
        Assert.Equal("1", planned.Detail("processes_only"));
        Assert.Equal("serve --port $PORT", Command(planned, "web"));
        Assert.Equal("work", Command(planned, "worker"));
        Assert.Equal("./check && ./migrate --all", Command(planned, "release"));
    }

    [Fact]
    public void Everything_wrong_with_heroku_yml_is_said_at_once_with_line_and_suggestion()
    {
        _folder.File("heroku.yml", """
            biuld: {}
            build:
              docker:
                web: Dockerfile
              confg:
                A: b
            run:
              web:
                comand: serve
              worker:
                command: work
                image: wbe
            """);
        var findings = new List<Slipway.Control.Builds.Finding>();
        HerokuFile.Parse("heroku.yml", File.ReadAllText(Path.Combine(_folder.Path, "heroku.yml")), findings);
        Assert.All(findings, finding => Assert.Equal("invalid_heroku_yml", finding.Id));
        Assert.Contains(findings, finding => finding is { Line: 1 } && finding.Next!.Contains("'build'", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding is { Line: 5 } && finding.Next!.Contains("'config'", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding is { Line: 9 } && finding.Next!.Contains("'command'", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Message.Contains("'wbe'", StringComparison.Ordinal) && finding.Next!.Contains("'web'", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_different_images_are_refused_with_a_way_out()
    {
        _folder.File("Dockerfile", "FROM scratch\n");
        _folder.File("heroku.yml", "build:\n  docker:\n    web: Dockerfile\n    worker: worker/Dockerfile\n");
        var error = Refused();
        Assert.Equal("heroku_yml_several_images", error.Id);
        Assert.Contains("heroku.yml:4", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: &x [1]\nb: *x\n", "Anchors")]
    [InlineData("a: [b\n", "")]
    [InlineData("a: 1\na: 2\n", "")]
    [InlineData("a: 1\n---\nb: 2\n", "several documents")]
    public void Bad_yaml_has_a_line(string text, string message)
    {
        var findings = new List<Slipway.Control.Builds.Finding>();
        Assert.Null(YamlText.Read("heroku.yml", text, findings));
        var finding = Assert.Single(findings);
        Assert.Equal("invalid_yaml", finding.Id);
        Assert.NotNull(finding.Line);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_depth_nor_aliases_nor_size_hurt()
    {
        string[] bombs =
        [
            new string('[', 60_000),
            string.Concat(Enumerable.Repeat("- ", 30_000)),
            "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
            string.Concat(Enumerable.Range(0, 9_000).Select(number => $"k{number}: 1\n"))[..60_000],
            new string('x', 100_000),
        ];
        foreach (var bomb in bombs)
        {
            var findings = new List<Slipway.Control.Builds.Finding>();
            Assert.Null(YamlText.Read("heroku.yml", bomb, findings));
            Assert.Equal("invalid_yaml", Assert.Single(findings).Id);
        }
    }

    [Fact]
    public void An_oci_layout_and_what_docker_saves_are_images()
    {
        _folder.File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        _folder.File("index.json", """{"manifests":[{"digest":"sha256:0","annotations":{"org.opencontainers.image.ref.name":"app:1"}}]}""");
        var oci = Planned.Of(_folder);
        Assert.Equal(("image", "oci", "app:1"), (oci.Kind.Name, oci.Detail("archive"), oci.Detail("name")));

        using var saved = new TemporaryFolder();
        saved.File("manifest.json", """[{"Config":"x.json","Layers":[],"RepoTags":["app:1"]}]""");
        Assert.Equal("docker", Planned.Of(saved).Detail("archive"));
    }

    [Fact]
    public void Of_several_images_none_is_chosen()
    {
        _folder.File("manifest.json", """[{"Config":"x.json","Layers":[],"RepoTags":["a:1"]},{"Config":"y.json","Layers":[],"RepoTags":["b:2"]}]""");
        var error = Refused();
        Assert.Equal("image_ambiguous", error.Id);
        Assert.Contains("a:1, b:2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_json_of_something_else_is_no_image()
    {
        _folder.File("manifest.json", """{"name":"My web app"}""");
        _folder.File("index.html", "hello");
        Assert.Equal("static", Planned.Of(_folder).Kind.Name);
    }

    [Fact]
    public void Slipway_toml_names_an_image_in_a_registry()
    {
        _folder.File("slipway.toml", "image = \"nginx\"\nport = 8080\n");
        var planned = Planned.Of(_folder);
        Assert.Equal("docker.io/library/nginx:latest", planned.Detail("reference"));
        Assert.Equal("8080", planned.Detail("port"));
        Assert.Equal("docker.io", planned.Plan.Registry);
        Assert.False(planned.Plan.PullsInBuild);
    }

    [Fact]
    public void Packages_have_no_meaning_for_an_image()
    {
        _folder.File("slipway.toml", "image = \"nginx\"\npackages = [\"curl\"]\n");
        Assert.Equal("key_without_effect", Refused().Id);
    }

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("ada/blog:1.4", "docker.io/ada/blog:1.4")]
    [InlineData("ghcr.io/ada/blog", "ghcr.io/ada/blog:latest")]
    [InlineData("localhost:5000/blog:x", "localhost:5000/blog:x")]
    [InlineData("registry.example.org:5000/a/b/c:1@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "registry.example.org:5000/a/b/c@sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public void References_are_read_as_docker_reads_them(string text, string whole) => Assert.Equal(whole, ImageReference.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("-o/x")]
    [InlineData("UPPER/case")]
    [InlineData("ghcr.io/ada/blog:1\" --x")]
    [InlineData("ghcr.io/../blog")]
    [InlineData("docker://nginx")]
    [InlineData("nginx@sha256:12")]
    [InlineData("a/b\n")]
    public void What_is_no_reference_is_refused(string text) => Assert.Null(ImageReference.TryParse(text));
}
