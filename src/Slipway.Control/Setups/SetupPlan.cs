using System.Security.Cryptography;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Addons;
using Slipway.Control.Api;
using Slipway.Control.AppFiles;
using Slipway.Control.Builds;
using Slipway.Control.Instances;
using Slipway.Control.Releases;

namespace Slipway.Control.Setups;

/// <summary>What setting an app up from an app.json comes to on this server: no I/O, so that the button's page can show it before anything happens.</summary>
/// <param name="Config">The config vars of the app. Secrets that are generated differ each time.</param>
/// <param name="Notes">For people, a line each: what has no counterpart here.</param>
/// <param name="Missing">Values that nobody gave; with one, there is nothing to be done.</param>
internal sealed record SetupPlan(
    IReadOnlyDictionary<string, string> Config, IReadOnlyList<AddonRequest> Addons, IReadOnlyDictionary<string, WantedScale> Formation,
    string? PostDeploy, IReadOnlyList<string> Notes, IReadOnlyList<Finding> Missing)
{
    private const int SecretLetters = 64;

    /// <param name="given">By whoever sets it up; an empty text is the wish for none.</param>
    /// <param name="existing">What the app has from an attempt that was cut off: secrets are made once.</param>
    public static SetupPlan Of(AppFile file, IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> existing)
    {
        var (config, notes, missing) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<string>(), new List<Finding>());
        foreach (var variable in file.Env)
        {
            if (ConfigKey.IsReserved(variable.Key))
            {
                notes.Add($"env.{variable.Key} is left out: Slipway itself sets it.");
                continue;
            }

            var value = given.TryGetValue(variable.Key, out var asked) && asked.Length > 0 ? asked
                : existing.TryGetValue(variable.Key, out var kept) ? kept
                : variable.IsSecret ? RandomNumberGenerator.GetHexString(SecretLetters, lowercase: true)
                : asked is null ? variable.Value : null;
            if (value is not null) config[variable.Key] = value;
            else if (variable.IsRequired) missing.Add(SetupErrors.MissingValue(variable));
        }

        foreach (var (key, value) in given.Where(pair => pair.Value.Length > 0)) config[key] = value;
        return new SetupPlan(config, AddonsOf(file, notes), FormationOf(file, notes), file.Scripts.GetValueOrDefault(AppFile.PostDeployScript), notes, missing);
    }

    private static List<AddonRequest> AddonsOf(AppFile file, List<string> notes)
    {
        var requests = new List<AddonRequest>();
        foreach (var addon in file.Addons)
        {
            try
            {
                var (kind, plan) = AddonKinds.Named(addon.Plan);
                requests.Add(new AddonRequest(kind, plan, addon.Attachment));
                if (addon.Options.Count > 0) notes.Add($"The options of {addon.Plan} ({string.Join(", ", addon.Options)}) mean nothing here.");
            }
            catch (SlipwayException e)
            {
                notes.Add($"{TypedName.Quote(addon.Plan)} is left out: {e.Error.Message} The app may miss it.");
            }
        }

        return requests;
    }

    private static Dictionary<string, WantedScale> FormationOf(AppFile file, List<string> notes)
    {
        var formation = new Dictionary<string, WantedScale>(StringComparer.Ordinal);
        foreach (var (type, scale) in file.Formation)
        {
            var size = scale.Size;
            try
            {
                if (size is not null) size = InstanceSize.Named(size).Name;
            }
            catch (SlipwayException)
            {
                notes.Add($"The size {TypedName.Quote(size)} of {type} is not one of this server's; it gets {InstanceSize.Default.Name}.");
                size = null;
            }

            formation[type] = new WantedScale(scale.Quantity, size);
        }

        return formation;
    }
}
