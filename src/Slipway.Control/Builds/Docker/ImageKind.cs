using Slipway.Contracts.Names;
using Slipway.Control.Registries;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Docker;

/// <summary>Apps that were built elsewhere: an image in a registry, by slipway.toml's <c>image</c>, or one as an archive.</summary>
internal sealed class ImageKind : AppKind
{
    private const string Key = "image";

    public override string Name => "image";

    public override StackName? RunStack => null;

    public override StackName BuildStack => StackCatalog.Images;

    public override IReadOnlySet<string> ManifestKeys { get; } = new HashSet<string> { Key, "port" };

    public override Sign? Recognize(Survey survey) =>
        survey.Manifest.Find(Key) is { } entry ? new Sign(Weight.Said, $"'{Key}' in {survey.Manifest.OriginOf(entry)}")
        : ImageArchive.Find(survey) is { } archive ? new Sign(Weight.Said, $"an image in {archive.File}")
        : null;

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        var details = new Dictionary<string, string>();
        ImageReference? image = null;
        if (survey.Manifest.Text(Key) is { } text)
            details["reference"] = (image = ImageReference.Parse(text)).ToString();
        else if (ImageArchive.Find(survey) is not { } archive)
            survey.Report(new Finding("image_missing", "Nothing names an image, and there is none in the source.") { Next = "Write image = \"ghcr.io/ada/blog:1.4\" into slipway.toml, or: slipway deploy --image ./image.tar" });
        else if (archive.Count != 1)
            survey.Report(new Finding("image_ambiguous", $"It holds {archive.Count} images{(archive.Images.Count > 0 ? $": {string.Join(", ", archive.Images.Take(10))}" : "")}.")
            {
                File = archive.File, Next = "Save the one that is to run alone: docker save --output image.tar NAME:TAG",
            });
        else
            (details["archive"], details["name"]) = (archive.Format, archive.Images.FirstOrDefault() ?? "");
        ContainerPlan.Port(survey, details);
        return new BuildPlan
        {
            Summary = image is null ? "an image" : $"the image {image}",
            Folder = survey.Top,
            BeginsWithSource = false, // its file system is its own
            ProcessTypes = survey.Procfile?.Types ?? new Dictionary<ProcessType, string>(),
            Registry = image?.Host,
            Details = details,
        };
    }
}
