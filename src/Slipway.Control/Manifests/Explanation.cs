using System.Globalization;
using Slipway.Contracts.Api;
using Slipway.Control.Builds;
using Slipway.Control.Images;
using Slipway.Control.Instances;
using Slipway.Control.Sources;
using Slipway.Control.Stacks;

namespace Slipway.Control.Manifests;

/// <summary>The effective whole: a value for everything that slipway.toml could say, with where each is from.</summary>
internal sealed class Explanation
{
    private const string Default = "default";

    private readonly List<ExplainedValue> _values = [];
    private readonly BuildInputs _inputs;
    private readonly ImageFacts _facts;

    private Explanation(BuildInputs inputs, ImageFacts facts) => (_inputs, _facts) = (inputs, facts);

    public static IReadOnlyList<ExplainedValue> Of(BuildInputs inputs, ImageFacts facts)
    {
        var explanation = new Explanation(inputs, facts);
        explanation.AddApp();
        explanation.AddProcesses();
        explanation.AddFiles();
        explanation.AddHooks();
        return explanation._values;
    }

    private void AddApp()
    {
        var manifest = _inputs.Manifest;
        Add(_facts.Kind, "kind");
        Add(SourceFiles.Join(_inputs.Plan.Folder, _inputs.Plan.Root).Trim('/') is { Length: > 0 } root ? root : ".", "root");
        if (_inputs.Kind.ManifestKeys.Contains("python")) Add(StackCatalog.PythonOf(_inputs.Stacks.Build).ToString(), "python");
        Add(_inputs.Plan.Packages is { Count: > 0 } packages ? string.Join(", ", packages) : null, "packages");
        if (_facts.Container is { } container)
        {
            Add(container.Reference, "image");
            Add(_inputs.Plan.Details.GetValueOrDefault("dockerfile"), "dockerfile");
            Add((container.Port ?? InstanceSpecs.WebPort).ToString(CultureInfo.InvariantCulture), "port");
        }

        if (_facts.Serving is { } serving)
        {
            Add(serving.Server, "server");
            Add(serving.Callable, serving.Interface);
        }

        if (_inputs.Kind.ManifestKeys.Contains("build")) Add(manifest.Text("build") ?? (_facts.Django is null ? null : "python manage.py collectstatic --noinput"), "build");
    }

    private void AddProcesses()
    {
        foreach (var (type, command) in _facts.ProcessTypes.Where(type => type.Key != "release").OrderBy(type => type.Key != "web").ThenBy(type => type.Key, StringComparer.Ordinal))
        {
            var (quantity, size) = WantedScaleOf(type);
            Add(command, "processes", type, "command");
            Add(quantity.ToString(CultureInfo.InvariantCulture), "processes", type, "quantity");
            Add(size, "processes", type, "size");
        }

        Add(_facts.Health.Path, "health", "path");
        Add((_facts.Health.TimeoutSeconds ?? new Probe().BootTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture), "health", "timeout");
    }

    private void AddFiles()
    {
        foreach (var (prefix, folder) in _facts.Static.OrderBy(one => one.Key, StringComparer.Ordinal)) Add(folder, "static", prefix);
        foreach (var (prefix, headers) in _facts.Headers.OrderBy(one => one.Key, StringComparer.Ordinal))
            foreach (var (name, value) in headers) Add(value, "headers", prefix, name);
        foreach (var (name, path) in _facts.Volumes.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            Add(path, "volumes", name, "path");
            Add(Size.Text(_facts.VolumeSizes.GetValueOrDefault(name, Deploys.AppNeeds.VolumeBytes)), "volumes", name, "size");
            Add(_facts.PublicVolumes.FirstOrDefault(url => url.Value == name).Key, "volumes", name, "url");
        }
    }

    private void AddHooks()
    {
        foreach (var hook in new[] { "pre-build", "post-build" }) Add(_inputs.Manifest.Text("hooks", hook), "hooks", hook);
        Add(_facts.ProcessTypes.GetValueOrDefault("release"), "hooks", "release");
        Add(_facts.PostDeploy, "hooks", "post-deploy");
    }

    private (int Quantity, string Size) WantedScaleOf(string type) => Releases.WantedScale.Of(type, null, null, _facts.Scale.GetValueOrDefault(type));

    private void Add(string? value, params string[] path) => _values.Add(new ExplainedValue(ManifestFile.Show(path), value, OriginOf(value, path)));

    private string OriginOf(string? value, string[] path)
    {
        var key = string.Join('.', path);
        // The release command has two names.
        if (key == "hooks.release" && OriginOf(value, ["processes", "release", "command"]) is var origin and not Default) return origin;
        return _inputs.Origins.GetValueOrDefault(key)
            ?? (_inputs.Manifest.Find(path) is { } entry ? _inputs.Manifest.OriginOf(entry) : null)
            ?? (value is null ? null : _facts.Origins.GetValueOrDefault(key))
            ?? Default;
    }
}
