using Slipway.Contracts.Errors;
using Slipway.Contracts.Git;
using Slipway.Control.Git;

namespace Slipway.Control.Tests.Git;

public sealed class PushPlanTests
{
    private static readonly string Zero = new('0', 40);
    private static readonly string One = new('1', 40);
    private static readonly string Two = new('2', 40);

    [Theory]
    [InlineData("refs/heads/main")]
    [InlineData("refs/heads/master")]
    public void Main_and_master_are_deployed(string name)
    {
        var plan = PushPlan.Of([new(name, Zero, One)]);
        Assert.Equal(name, plan.Deploy?.Name);
        Assert.Empty(plan.Notes);
    }

    [Theory]
    [InlineData("refs/heads/feature/new-header", "Branch 'feature/new-header' is kept, not deployed; git push slipway feature/new-header:main deploys it.")]
    [InlineData("refs/heads/Main", "Branch 'Main' is kept, not deployed; git push slipway Main:main deploys it.")]
    [InlineData("refs/heads/x;$(touch${IFS}/tmp/owned)", "Branch 'x;$(touch${IFS}/tmp/owned)' is kept, not deployed; git push slipway BRANCH:main deploys it.")]
    [InlineData("refs/heads/--upload-pack=evil", "Branch '--upload-pack=evil' is kept, not deployed; git push slipway BRANCH:main deploys it.")]
    [InlineData("refs/tags/v1", "Tag 'v1' is kept; tags are not deployed.")]
    [InlineData("refs/tags/main", "Tag 'main' is kept; tags are not deployed.")]
    public void Others_are_kept_and_said_to_be(string name, string note)
    {
        var plan = PushPlan.Of([new(name, Zero, One)]);
        Assert.Null(plan.Deploy);
        Assert.Equal([note], plan.Notes);
    }

    [Fact]
    public void Others_go_along_with_what_is_deployed()
    {
        var plan = PushPlan.Of([new("refs/heads/old", One, Zero), new("refs/heads/main", One, Two), new("refs/heads/master", Zero, Two)]);
        Assert.Equal(Two, plan.Deploy?.New);
        Assert.Equal(["Branch 'old' is removed; it was not deployed."], plan.Notes);
    }

    [Fact]
    public void Many_branches_are_not_all_listed()
    {
        var plan = PushPlan.Of([.. Enumerable.Range(0, 1000).Select(i => new PushedRef($"refs/heads/b{i}", Zero, One))]);
        Assert.Equal(6, plan.Notes.Count);
        Assert.Equal("… and 995 more branches and tags, not deployed either.", plan.Notes[^1]);
    }

    [Fact]
    public void Two_that_differ_are_not_chosen_between() =>
        Refused("two_branches", new("refs/heads/main", Zero, One), new("refs/heads/master", Zero, Two));

    [Fact]
    public void What_is_deployed_is_not_deleted() => Refused("deployed_branch_deleted", new PushedRef("refs/heads/main", One, Zero));

    [Theory]
    [InlineData("refs/notes/commits")]
    [InlineData("refs/slipway/secret")]
    [InlineData("refs/headsmain")]
    public void Other_names_are_not_taken(string name) => Refused("ref_not_taken", new PushedRef(name, Zero, One));

    private static void Refused(string id, params PushedRef[] refs) =>
        Assert.Equal(id, Assert.Throws<SlipwayException>(() => PushPlan.Of(refs)).Error.Id);
}
