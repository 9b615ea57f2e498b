using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Addons;
using Slipway.Control.Access;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Secrets;

namespace Slipway.Control.Api;

internal static class ConfigVarsApi
{
    /// <summary>On answers to changes: the deploy that rolls them out, to be followed at <c>/slipway/apps/{app}/deploys/{id}/events</c>.</summary>
    public const string DeployHeader = "Slipway-Deploy";

    /// <summary>Linux gives a program no single variable longer than this.</summary>
    private const int MaxValue = 128 * 1024 - 256;

    public static void MapConfigVars(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/config-vars", Get).WithName("config.show").Needs(AppPermission.Deploy).In(Area.Secrets);
        routes.MapPatch("/apps/{app}/config-vars", Update).WithName("config.update").Needs(AppPermission.Deploy).In(Area.Secrets);
    }

    private static async Task<IResult> Get(AppRequest request, SecretBox secrets, PublicAddresses addresses, CancellationToken cancel) =>
        ApiJson.Ok(addresses.Show(secrets.OpenMap(request.App.ConfigVars), await ExposedAsync(request, secrets, cancel)), ContractsJson.Default.IReadOnlyDictionaryStringString);

    private static async Task<HashSet<string>> ExposedAsync(AppRequest request, SecretBox secrets, CancellationToken cancel) =>
        [.. (await request.Store.AddonAttachments.Where(one => one.AppId == request.App.Id)
            .Join(request.Store.Addons.Where(addon => addon.Exposed), one => one.AddonId, addon => addon.Id, (one, addon) => addon.Url).ToListAsync(cancel)).Select(secrets.Open)];

    private static async Task<IResult> Update(
        HttpContext context, AppRequest request, SecretBox secrets, PublicAddresses addresses, Deployer deployer, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.IReadOnlyDictionaryStringString);
        var changes = body.ToDictionary(pair => CheckKey(pair.Key), pair => CheckValue(pair.Key, pair.Value is null ? null : addresses.Hide(pair.Value))); // a value may be null, whatever its type says
        var before = secrets.OpenMap(request.App.ConfigVars);
        var real = changes.Where(change => before.GetValueOrDefault(change.Key.Value) != change.Value).ToDictionary();
        if (real.Count > 0)
        {
            var deploy = await deployer.StartConfigAsync(request.App.Id, real, request.Actor.AccountId, cancel);
            context.Response.Headers[DeployHeader] = deploy.Uuid.ToString();
            await events.RecordAsync(
                request.Actor.Email, "config.update", EventTarget.Of(request.App),
                Show(real.Keys, key => before.GetValueOrDefault(key.Value)), Show(real.Keys, key => real[key]), EventLog.Ok, cancel);
        }

        var vars = secrets.OpenMap(request.App.ConfigVars);
        foreach (var (key, value) in real)
        {
            if (value is null) vars.Remove(key.Value);
            else vars[key.Value] = value;
        }

        return ApiJson.Ok(addresses.Show(vars, await ExposedAsync(request, secrets, cancel)), ContractsJson.Default.IReadOnlyDictionaryStringString);
    }

    /// <exception cref="SlipwayException">422: not a name, or one of Slipway's own.</exception>
    internal static ConfigKey CheckKey(string text)
    {
        var key = ConfigKey.Parse(text);
        return !ConfigKey.IsReserved(key.Value)
            ? key
            : throw new SlipwayException(422, new SlipwayError("reserved_config_key", $"{key} cannot be set.")
            {
                Why = "Slipway itself gives PORT and SLIPWAY_… to each instance; a value of yours would have no effect.",
            });
    }

    /// <exception cref="SlipwayException">422: no environment variable can hold it.</exception>
    internal static string? CheckValue(string key, string? value) => value switch
    {
        { Length: > MaxValue } => throw Invalid(key, $"It is longer than {MaxValue} characters, more than Linux hands to a program."),
        not null when value.Contains('\0') => throw Invalid(key, "It holds a NUL character, which no environment variable can."),
        _ => value,
    };

    private static SlipwayException Invalid(string key, string why) =>
        new(422, new SlipwayError("invalid_config_value", $"The value of {TypedName.Quote(key)} cannot be set.") { Why = why });

    /// <summary>For the audit trail: every value masked.</summary>
    private static string Show(IEnumerable<ConfigKey> keys, Func<ConfigKey, string?> valueOf) =>
        string.Join(", ", keys.Select(key => valueOf(key) is { } value ? $"{key}={Mask.Value(value)}" : $"{key} unset"));
}
