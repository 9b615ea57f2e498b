using Slipway.Contracts.Names;

namespace Slipway.Cli.Api;

/// <summary>Paths of the public API: Heroku's, and Slipway's own below <c>/slipway</c>.</summary>
internal static class Routes
{
    public const string Account = "/account";
    public const string Keys = "/account/keys";
    public const string OwnPassword = "/slipway/account/password";
    public const string Accounts = "/slipway/accounts";
    public const string Apps = "/apps";
    public const string Attachments = "/addon-attachments";
    public const string Sources = "/sources";
    public const string Server = "/slipway/server";
    public const string Authority = "/slipway/server/authority";
    public const string Checkup = "/slipway/server/checkup";
    public const string ServerSettings = "/slipway/server/settings";
    public const string MailLimits = "/slipway/mail-limits";
    public const string Smarthost = "/slipway/server/smarthost";
    public const string Telemetry = "/slipway/server/telemetry";
    public const string Stacks = "/slipway/stacks";
    public const string Registries = "/slipway/registries";
    public const string Events = "/slipway/events";

    public const string Setups = "/app-setups";
    public const string Pipelines = "/pipelines";
    public const string Couplings = "/pipeline-couplings";
    public const string Promotions = "/pipeline-promotions";
    public const string Reviews = "/review-apps";

    public static string Pipeline(string name) => $"{Pipelines}/{Uri.EscapeDataString(name)}";

    public static string App(AppName app) => $"/apps/{app}";

    /// <summary>A part of an app that Heroku's API has too: <c>releases</c>, <c>config-vars</c>.</summary>
    public static string Of(AppName app, string part) => $"/apps/{app}/{part}";

    public static string Of(AppName app, string part, string name) => $"/apps/{app}/{part}/{Uri.EscapeDataString(name)}";

    /// <summary>A part of an app that is Slipway's own: <c>deploys</c>, <c>settings</c>.</summary>
    public static string Own(AppName app, string part) => $"/slipway/apps/{app}/{part}";

    public static string Own(AppName app, string part, string name) => $"/slipway/apps/{app}/{part}/{Uri.EscapeDataString(name)}";

    /// <summary>Backups, restores and copies of its databases.</summary>
    public static string Transfers(AppName app) => $"/client/v11/apps/{app}/transfers";

    public static string Deploy(AppName app, Guid id) => $"/slipway/apps/{app}/deploys/{id}";
}
