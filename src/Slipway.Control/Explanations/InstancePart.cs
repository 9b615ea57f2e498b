using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>How each instance that runs was brought up: the runner's own record of it, and the kernel's view.</summary>
internal sealed class InstancePart(RunnerClient runner, DesiredReader desired) : Part
{
    private const int MaxInstances = 10;

    // For reading: quotes and letters are left as they are.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string Name => "instance";

    public override async Task<IReadOnlyList<ExplainedSection>> ExplainAsync(AppRow app, CancellationToken cancel)
    {
        var name = AppName.Parse(app.Handle);
        var release = (await desired.ReadAsync(app.Id, app.CurrentReleaseId!.Value, cancel))?.Release;
        var sections = new List<ExplainedSection>();
        IReadOnlyList<string> firewall = [];
        foreach (var instance in (await runner.CallAsync(RunnerVerb.List, ContractsJson.Default.IReadOnlyListInstanceStatus, cancel))
            .Where(one => one.App == name && one.State == InstanceState.Running).OrderBy(one => one.Name, StringComparer.Ordinal).Take(MaxInstances))
        {
            var record = await runner.CallAsync(RunnerVerb.Describe, new InstanceRequest(instance.Id), ContractsJson.Default.InstanceRequest, ContractsJson.Default.InstanceRecord, cancel);
            firewall = record.Firewall;
            sections.Add(new ExplainedSection($"{instance.Name}: commands", $"What slipway-runner did to bring up {instance.Id}, in order; each does the same in a root shell. Its network was made before, in advance.", record.Commands));
            sections.Add(new ExplainedSection($"{instance.Name}: mounts", "As the kernel has them: the overlay of the image's layers with a private upper, its disk, its sockets.", record.Mounts));
            sections.Add(new ExplainedSection($"{instance.Name}: config.json", $"The OCI configuration, {record.Folder}/bundle/config.json. Values of config vars are hidden.", Hidden(record.Config, release)));
        }

        if (sections.Count > 0)
            sections.Add(new ExplainedSection("nftables", $"Of the whole server: who may connect to whom. The set 'links' has this app's ways to its add-ons.", firewall));
        return sections;
    }

    private static IReadOnlyList<string> Hidden(JsonElement config, ReleaseContent? release)
    {
        var json = JsonNode.Parse(config.GetRawText())!;
        if (json["process"]?["env"] is JsonArray environment)
        {
            for (var at = 0; at < environment.Count; at++)
            {
                var (key, value) = environment[at]!.GetValue<string>().Split('=', 2) is [var name, var text] ? (name, text) : ("", "");
                if (release?.ConfigVars.TryGetValue(key, out var set) == true && set == value) environment[at] = $"{key}={Mask.Value(value)}";
            }
        }

        // Hundreds of names of system calls, the same for all: where they are is enough.
        if (json["linux"] is JsonObject linux && linux.ContainsKey("seccomp")) linux["seccomp"] = "(Slipway's profile: src/Slipway.Runner/Oci/seccomp.json)";
        return json.ToJsonString(Indented).Split('\n');
    }
}
