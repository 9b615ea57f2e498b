using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.AppFiles;
using Slipway.Control.Builds;
using Slipway.Control.Releases;
using Slipway.Control.Setups;

namespace Slipway.Control.Dashboard;

/// <summary>
/// Where a button leads, at the address that READMEs have for it: what the source is, what will be made, what it asks for.
/// Looking makes nothing; the press is a call of the public API, which only this very page can make with the session's cookie.
/// </summary>
internal static class ButtonPage
{
    public const string Path = "/deploy";

    private static readonly SlipwayError NotLookedAt = new("cross_origin", "A button's page is opened by a person, in a window of its own.")
    {
        Why = "Looking at a source means fetching it, and no other page may have that done unseen.",
    };

    public static async Task<IResult> ShowAsync(HttpContext context, Actor actor, Templates templates, ServerConfig server, CancellationToken cancel)
    {
        // As a picture or a script of some page it would be fetched without anybody's will.
        if (context.Request.Headers["Sec-Fetch-Dest"].ToString() is not ("" or "document")) throw new SlipwayException(403, NotLookedAt);
        if (context.Request.Query["template"].ToString() is not { Length: > 0 } address) return Ask();
        var template = await templates.LookAsync(address, cancel);
        var file = template.File?.File ?? AppFile.Empty;
        return new Page($"Deploy {file.Name ?? "an app"}", Html.Of($"""
            <div class="title"><h1>{file.Name ?? "Deploy an app"}</h1></div>
            <div class="columns">
              <section class="panel">
                {Html.If(file.Description is not null, $"""<p class="lead">{file.Description}</p>""")}
                {(template.File is { Problems.Count: > 0 } broken ? Problems(broken) : Form(template, file, context, server))}
              </section>
              <div>
                <section class="panel"><h2>What will be made</h2>{Plan(template, file)}</section>
                <section class="panel"><h2>From</h2>{From(template, file)}</section>
              </div>
            </div>
            """), path: ("deploy", context.Request.Path + context.Request.QueryString));
    }

    private static Page Ask() => new("Deploy an app", Html.Of($"""
        <section class="panel narrow">
          <h1>Deploy an app</h1>
          <p class="muted">From the repository or archive of its code. What is in its app.json is asked for and made: config vars, add-ons, processes.</p>
          <form class="setup" method="get" action="{Path}">
            <label for="template">Address</label>
            <input id="template" name="template" type="url" placeholder="https://git.example.org/ada/blog" required autofocus autocapitalize="none" spellcheck="false">
            <button class="primary">Look at it</button>
          </form>
        </section>
        """), path: ("deploy", Path));

    private static Html Form(Template template, AppFile file, HttpContext context, ServerConfig server) => Html.Of($"""
        <form class="setup" data-call="POST /app-setups" data-shape="setup" data-then="/dashboard/setups/{"{id}"}">
          <input type="hidden" name="source" value="{context.Absolute(Templates.Path + template.Token)}">
          <label for="name">App name</label>
          <p class="muted">Its address will be <span data-host=".{server.Domain}">name.{server.Domain}</span>. Without one, a name is made up.</p>
          <input id="name" name="name" maxlength="30" autocomplete="off" autocapitalize="none" spellcheck="false" data-check="/slipway/names/" aria-describedby="name-check" autofocus>
          <p class="muted check" id="name-check" role="status"></p>
          {file.Env.Where(one => !one.IsSecret && !ConfigKey.IsReserved(one.Key)).Select(Field)}
          <button class="primary">Deploy</button>
        </form>
        """);

    private static Html Field(AppVariable variable) => Html.Of($"""
        <label for="env-{variable.Key}"><code>{variable.Key}</code>{Html.If(!variable.IsRequired, $""" <span class="muted">may be left empty</span>""")}</label>
        {Html.If(variable.Description is not null, $"""<p class="muted">{variable.Description}</p>""")}
        {(variable.Value?.Contains('\n') == true
            ? Html.Of($"""<textarea id="env-{variable.Key}" name="env.{variable.Key}" rows="4" spellcheck="false"{Required(variable)}>{"\n" + variable.Value}</textarea>""")
            : Html.Of($"""<input id="env-{variable.Key}" name="env.{variable.Key}" value="{variable.Value}" autocomplete="off" spellcheck="false"{Required(variable)}>"""))}
        """);

    private static Html Required(AppVariable variable) => Html.If(variable.IsRequired, $" required");

    private static Html Problems(AppFileReading reading) => Html.Of($"""
        {FailurePage.Draw(Finding.ToException([.. reading.Problems.Select(problem => problem.Finding)]).Error)}
        <p class="muted">Nothing can be made from it until whoever keeps the source has mended that.</p>
        """);

    private static Html Plan(Template template, AppFile file)
    {
        var plan = SetupPlan.Of(file, file.Env.Where(one => one is { IsRequired: true, Value: null, IsSecret: false }).ToDictionary(one => one.Key, _ => "?"), new Dictionary<string, string>());
        var secrets = file.Env.Where(one => one.IsSecret).Select(one => one.Key).ToList();
        return Html.Of($"""
            <ul class="plan">
              <li>An app{Html.If(template.File is null, $""", as what is found in its files: it has no app.json""")}</li>
              {plan.Addons.Select(addon => Html.Of($"""<li>Add-on <b>{addon.Kind.Service}</b> <span class="muted">{addon.Kind.Plans.Single(one => one.Name == addon.Plan).Words}</span></li>"""))}
              {plan.Formation.Select(one => Html.Of($"""<li>Process <b>{one.Key}</b> <span class="muted">{Scale(one.Key, one.Value)}</span></li>"""))}
              {Html.If(secrets.Count > 0, $"""<li>Secrets, made new: {string.Join(", ", secrets)}</li>""")}
              {Html.If(plan.PostDeploy is not null, $"""<li>Once it is live, this once: <code>{plan.PostDeploy}</code></li>""")}
            </ul>
            {(plan.Notes.Concat(template.File?.Notes ?? []).ToList() is { Count: > 0 } notes ? Html.Of($"""
              <h2>What is different here</h2>
              <ul class="plan muted">{notes.Select(note => Html.Of($"<li>{note}</li>"))}</ul>
              """) : Html.Empty)}
            """);
    }

    private static string Scale(string type, WantedScale scale) => $"{scale.Quantity ?? (type == "web" ? 1 : 0)}{(scale.Size is null ? "" : $" of size {scale.Size}")}";

    private static Html From(Template template, AppFile file) => Html.Of($"""
        <p><code>{template.Address}</code></p>
        {Html.If(template.Version is not null, $"""<p class="muted">{template.Version}</p>""")}
        {Html.If(file.Website is not null, $"""<p><a href="{file.Website}" target="_blank" rel="noopener noreferrer">Website ↗</a></p>""")}
        {Html.If(file.Repository is not null, $"""<p><a href="{file.Repository}" target="_blank" rel="noopener noreferrer">Repository ↗</a></p>""")}
        <p class="muted">Its code will run on this server, as an app of yours. Deploy what you trust.</p>
        """);
}
