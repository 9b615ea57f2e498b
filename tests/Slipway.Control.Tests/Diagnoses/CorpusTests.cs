using System.Security.Cryptography;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;
using Slipway.Control.Diagnoses;

namespace Slipway.Control.Tests.Diagnoses;

/// <summary>
/// Every rule against every failure that was recorded on a real server: the cause comes first, and no rule takes another's
/// failure, or an app that works, for its own. To record anew: see docs/diagnosis.md.
/// </summary>
public sealed class CorpusTests
{
    public static TheoryData<string, string> Cases => [.. CorpusCase.All.Select(one => (one.Code, one.Variant))];

    private static Facts FactsOf(CorpusCase one) =>
        Facts.Parse(File.ReadAllText(one.FactsFile)) with { Source = new Source(new SourceFiles(one.AppFolder)) };

    [Theory, MemberData(nameof(Cases))]
    public void The_cause_is_named_first_and_a_healthy_twin_is_left_alone(string code, string variant)
    {
        var one = new CorpusCase(code, variant);
        var diagnosis = Diagnostician.Diagnose(FactsOf(one));
        if (one.IsHealthy)
        {
            Assert.Null(diagnosis);
            return;
        }

        Assert.Equal(code, diagnosis?.Code);
        Assert.NotEmpty(diagnosis!.Happened + diagnosis.Cause);
        Assert.NotEmpty(diagnosis.Fix);
        Assert.NotEmpty(diagnosis.Evidence);
        Assert.All(diagnosis.Evidence, evidence => Assert.NotEmpty(evidence.Title));
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_fix_is_made_for_the_files_that_are_there(string code, string variant)
    {
        var one = new CorpusCase(code, variant);
        foreach (var edit in Diagnostician.Diagnose(FactsOf(one))?.Action?.Files ?? [])
        {
            var file = Path.Combine(one.AppFolder, edit.Path);
            Assert.Equal(File.Exists(file) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))) : null, edit.Before);
            Assert.True(edit.After is not null || edit.Executable is not null);
            Assert.True(edit.Diff.Count > 1);
        }
    }

    [Fact]
    public void Each_rule_has_its_failures_its_healthy_twin_and_its_place_in_the_docs()
    {
        var docs = File.ReadAllLines(CorpusCase.Docs);
        var rules = typeof(Rule).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Rule)) && !type.IsAbstract).Select(type => type.Name).Order();
        Assert.Equal(rules, KnownRules.All.Select(rule => rule.GetType().Name).Order());
        Assert.All(KnownRules.All, rule =>
        {
            Assert.NotEmpty(rule.Stages);
            Assert.Contains($"### {rule.Code}", docs);
            var variants = CorpusCase.All.Where(one => one.Code == rule.Code).ToList();
            Assert.True(variants.Any(one => one.IsHealthy) && variants.Any(one => !one.IsHealthy), $"tests/diagnosis/{rule.Code} lacks an app that fails, or one that does not.");
        });
    }

    [Fact]
    public void What_no_rule_knows_is_said_to_be_unknown_with_the_evidence_in_order()
    {
        var facts = new Facts
        {
            Stage = Stage.Boot,
            Host = "blog.localhost",
            Failure = new Contracts.Errors.SlipwayError("instance_exited", "web.1 of v1 exited with status 3."),
            Log = ["Starting", "Something is odd."],
            Instance = new InstanceLook("web.1", ["./server"], new Contracts.Runner.InstanceExit(3, 0, false, DateTimeOffset.UnixEpoch)),
        };
        var diagnosis = Diagnostician.Diagnose(facts)!;
        Assert.Equal((Confidence.Unsure, "instance_exited"), (diagnosis.Confidence, diagnosis.Code));
        Assert.Equal([EvidenceKind.Exit, EvidenceKind.Log], diagnosis.Evidence.Select(one => one.Kind));
        Assert.Null(diagnosis.Action);
    }

    [Fact]
    public void A_refusal_of_the_platform_itself_is_its_own_diagnosis()
    {
        var error = new Contracts.Errors.SlipwayError("python_version_unavailable", "It asks for Python 2.7.") { Why = "The stack has 3.11.", Next = "Write 3.11." };
        var diagnosis = Diagnostician.Diagnose(new Facts { Stage = Stage.Preflight, Host = "blog.localhost", Failure = error })!;
        Assert.Equal((error.Id, Confidence.Certain, error.Why, error.Next), (diagnosis.Code, diagnosis.Confidence, diagnosis.Cause, diagnosis.Fix));
    }
}
