using Slipway.Contracts.Errors;
using Slipway.Control.Builds;
using Slipway.Control.Images;
using Slipway.Control.Manifests;

namespace Slipway.Control.Tests.Manifests;

/// <summary>What a file says of running instances, put over what a build found.</summary>
public sealed class ManifestFactsTests
{
    private static readonly ImageFacts Found = new()
    {
        WorkingDirectory = "/app/site",
        ProcessTypes = new Dictionary<string, string> { ["web"] = "serve" },
        Static = new Dictionary<string, string> { ["/static/"] = "/slipway/static" },
        Volumes = new Dictionary<string, string> { ["media"] = "/app/site/media" },
        PublicVolumes = new Dictionary<string, string> { ["/media/"] = "media" },
        // A build of the app's own code could write these, too; they are not its to say.
        PostDeploy = "rm -rf /data",
        Headers = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["/"] = new Dictionary<string, string> { ["X-Evil"] = "1" } },
    };

    private static Manifest Manifest(string text)
    {
        var findings = new List<Finding>();
        var manifest = new Manifest("slipway.toml", ManifestFile.Parse("slipway.toml", text, findings));
        Assert.Empty(findings);
        return manifest;
    }

    private static ImageFacts Apply(string text) => ManifestFacts.Apply(Manifest(text), Found);

    [Fact]
    public void Only_the_user_says_what_runs_after_a_deploy_or_which_headers_are_set()
    {
        var facts = Apply("");
        Assert.Null(facts.PostDeploy);
        Assert.Empty(facts.Headers);
        Assert.Equal(Found.Static, facts.Static);
    }

    [Fact]
    public void Folders_are_the_apps_own()
    {
        var facts = Apply("static.'/assets/' = 'dist/./assets/'\nvolumes.data = 'data'\nvolumes.big = { path = '/data/big', size = '2 GiB', url = '/big/' }\n");
        Assert.Equal("/app/site/dist/assets", facts.Static["/assets/"]);
        Assert.Equal(("/app/site/data", "/data/big", 2L << 30), (facts.Volumes["data"], facts.Volumes["big"], facts.VolumeSizes["big"]));
        Assert.Equal("big", facts.PublicVolumes["/big/"]);
    }

    [Fact]
    public void A_volume_found_in_the_settings_may_be_given_a_name()
    {
        var facts = Apply("volumes.uploads = 'media'");
        Assert.Equal("/app/site/media", Assert.Single(facts.Volumes, volume => volume.Key == "uploads").Value);
        Assert.Single(facts.Volumes);
        Assert.Equal("uploads", facts.PublicVolumes["/media/"]);
    }

    [Fact]
    public void A_health_check_of_ones_own_must_be_good()
    {
        Assert.True(Apply("").Health.IsGood(404));
        var health = Apply("health = { path = '/up', timeout = 90 }").Health;
        Assert.Equal(("/up", 90, false, true), (health.Path, health.TimeoutSeconds, health.IsGood(404), health.IsGood(302)));
    }

    [Fact]
    public void Facts_come_back_from_the_store_as_they_went() =>
        Assert.Equivalent(Apply("health.path = '/up'\nprocesses.web.quantity = 2\nheaders.'/'.X-A = 'b'\n"), ImageFacts.Parse(Apply("health.path = '/up'\nprocesses.web.quantity = 2\nheaders.'/'.X-A = 'b'\n").ToJson()));

    [Theory]
    [InlineData("processes.wrker.quantity = 2", "unknown_process_type")]
    [InlineData("static.'/x/' = 'nowhere'", "static_folder_missing")]
    public void What_only_the_finished_build_can_tell_is_told_with_its_line(string text, string id)
    {
        var manifest = Manifest("health.timeout = 5\n" + text);
        var error = Assert.Throws<SlipwayException>(() => ManifestFacts.Check(manifest, ManifestFacts.Apply(manifest, Found), _ => false)).Error;
        Assert.Equal(id, error.Id);
        Assert.StartsWith("slipway.toml:2: ", error.Message);
    }
}
