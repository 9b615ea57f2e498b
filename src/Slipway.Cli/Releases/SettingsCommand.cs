using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Releases;

/// <summary><c>slipway settings</c>: the Django settings of the release that serves, and whose they are.</summary>
internal static class SettingsCommand
{
    private static readonly Argument<string?> Only = new("NAME") { Description = "One setting, or a part of its name.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> WithDefaults = new("--all") { Description = "Also those that are Django's defaults." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("settings", "Show a Django app's settings in production: what, from where, why, and how to take each back.",
            ["slipway settings", "slipway settings ALLOWED_HOSTS", "slipway settings --all"], ShowAsync, Only, WithDefaults, CommonOptions.App, CommonOptions.Json),
    ];

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel)
    {
        var answer = await run.Api.ListAsync(Routes.Own(run.App, "settings"), ContractsJson.Default.IReadOnlyListDjangoSetting, cancel);
        return run.Show(answer, all =>
        {
            var part = run.Get(Only);
            var shown = all.Where(s => part is not null ? s.Name.Contains(part, StringComparison.OrdinalIgnoreCase) : run.Get(WithDefaults) || s.Origin != SettingOrigin.Default).ToList();
            if (shown.Count == 0) run.Screen.Note(part is null ? "No settings: this is not a Django app." : $"No setting has {Visible.Text(part)} in its name.");
            if (shown.Count is > 0 and <= 3 && part is not null) foreach (var setting in shown) WriteWhole(run.Screen, setting);
            else if (shown.Count > 0) WriteTable(run.Screen, shown);
        });
    }

    private static void WriteTable(Screen screen, IEnumerable<DjangoSetting> settings)
    {
        var table = new Table(new Column("SETTING", 4), new("VALUE", 2), new("FROM", 3), new("WHY", 1), new("TAKE BACK", 0));
        foreach (var setting in settings.OrderBy(s => s.Origin == SettingOrigin.Slipway ? 0 : 1).ThenBy(s => s.Name, StringComparer.Ordinal))
            table.Add(setting.Origin == SettingOrigin.Slipway ? screen.Cyan : null, setting.Name, setting.Value, From(setting), setting.Why, setting.TakeBack);
        table.Write(screen);
    }

    private static void WriteWhole(Screen screen, DjangoSetting setting)
    {
        screen.Line($"{screen.Bold(setting.Name)} = {Visible.Text(setting.Value)}");
        screen.Line($"  {screen.Dim("from:")}      {From(setting)}");
        if (setting.Why is { } why) screen.Line($"  {screen.Dim("why:")}       {Visible.Text(why)}");
        if (setting.TakeBack is { } back) screen.Line($"  {screen.Dim("take back:")} {Visible.Text(back)}");
    }

    private static string From(DjangoSetting setting) => setting.Origin switch
    {
        SettingOrigin.Yours => "yours",
        SettingOrigin.Slipway => "Slipway",
        _ => "Django",
    };
}
