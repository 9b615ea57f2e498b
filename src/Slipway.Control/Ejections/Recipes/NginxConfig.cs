using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Contracts.Routing;

namespace Slipway.Control.Ejections.Recipes;

/// <summary>Where nginx finds things: on a host, in a container and in a pod in other places.</summary>
/// <param name="Upstreams">Of the web processes: <c>unix:/run/blog/web-1/web.sock</c>, <c>127.0.0.1:5001</c>.</param>
/// <param name="Root">Folder below which the app's file system is.</param>
/// <param name="Volumes">Folder with the volumes.</param>
internal sealed record NginxPlace(IReadOnlyList<string> Upstreams, string Root, string Volumes);

/// <summary>
/// What the edge did for the app, as nginx does it: static files and public volumes first, then the web processes; the
/// headers that the app wants; the client's address and scheme in headers that nobody else can set.
/// </summary>
internal static partial class NginxConfig
{
    private const string Proxy = """
        proxy_pass http://{name};
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Port $server_port;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_buffering off;
        proxy_read_timeout 60s;

        """;

    public static string Write(EjectedApp app, NginxPlace place)
    {
        var text = new StringBuilder();
        text.Append("# Belongs into the http block: /etc/nginx/conf.d/\n");
        if (app.Web is not null) text.Append($"upstream {app.Name} {{\n{string.Concat(place.Upstreams.Select(server => $"    server {server} fail_timeout=1s;\n"))}}}\n");
        text.Append("map $http_upgrade $connection_upgrade { default upgrade; '' ''; }\ngeo $dollar { default \"$\"; }\n");
        var headers = Headers(app, text);
        text.Append("\nserver {\n    listen 80;\n    listen [::]:80;\n");
        text.Append($"    server_name {string.Join(' ', app.Hosts)};\n    client_max_body_size 1g;\n");
        foreach (var (name, variable) in headers) text.Append($"    add_header {name} ${variable} always;\n");
        foreach (var (prefix, folder) in app.Facts.Static.OrderBy(one => one.Key, StringComparer.Ordinal)) Files(text, app, prefix, place.Root + folder);
        foreach (var (prefix, volume) in app.Facts.PublicVolumes.OrderBy(one => one.Key, StringComparer.Ordinal)) Files(text, app, prefix, $"{place.Volumes}/{volume}");
        if (app.Facts.Site is { } site) Site(text, site, place.Root + site.Directory);
        else if (app.Web is not null) text.Append($"\n    location / {{\n{Text.Indent(8, Proxy.Replace("{name}", app.Name, StringComparison.Ordinal))}    }}\n");
        if (app.Web is not null) text.Append($"\n    location @app {{\n{Text.Indent(8, Proxy.Replace("{name}", app.Name, StringComparison.Ordinal))}    }}\n");
        return text.Append("}\n").ToString();
    }

    /// <summary>A file that is not there is the app's to answer for.</summary>
    private static void Files(StringBuilder text, EjectedApp app, string prefix, string folder) => text.Append(
        $"\n    location ^~ {Word(prefix)} {{\n        alias {Word(folder + "/")};\n        log_not_found off;\n{(app.Web is null ? "" : "        error_page 403 404 = @app;\n")}    }}\n");

    /// <summary>A header without a value is not sent, so each is a map from the path; in one place, for a location's headers would hide the server's.</summary>
    private static List<(string Name, string Variable)> Headers(EjectedApp app, StringBuilder text)
    {
        var rules = app.Facts.Headers.SelectMany(rule => rule.Value.Select(one => (Pattern: "^" + Regex.Escape(rule.Key), Name: one.Key, Value: one.Value)))
            .Concat(app.Facts.Site?.Headers.SelectMany(rule => rule.Set.Select(one => (Pattern: "^" + Pattern(rule.Path) + "$", Name: one.Key, Value: one.Value))) ?? [])
            .Concat(app.Facts.PublicVolumes.Keys.Select(prefix => (Pattern: "^" + Regex.Escape(prefix), Name: "X-Content-Type-Options", Value: "nosniff"))).ToList();
        var headers = new List<(string, string)>();
        foreach (var header in rules.GroupBy(rule => rule.Name, StringComparer.OrdinalIgnoreCase))
        {
            var variable = string.Create(CultureInfo.InvariantCulture, $"header_{headers.Count + 1}");
            text.Append($"map $uri ${variable} {{\n");
            // The longest comes first: nginx takes the first pattern that fits.
            foreach (var rule in header.OrderByDescending(rule => rule.Pattern.Length)) text.Append($"    {Word("~" + rule.Pattern)} {Word(rule.Value)};\n");
            text.Append("    default \"\";\n}\n");
            headers.Add((header.Key, variable));
        }

        return headers;
    }

    private static void Site(StringBuilder text, StaticSite site, string folder)
    {
        text.Append($"\n    root {Word(folder)};\n    error_page 404 /404.html;\n");
        foreach (var rule in site.Redirects.Where(rule => rule.Force && rule.Status is >= 300 and < 400)) text.Append($"    {Redirect(rule)}\n");
        text.Append("\n    location / {\n        try_files $uri $uri/index.html $uri.html @rules;\n    }\n\n    location @rules {\n");
        foreach (var rule in site.Redirects.Where(rule => !rule.Force || rule.Status is < 300 or >= 400)) text.Append($"        {Redirect(rule)}\n");
        text.Append("        return 404;\n    }\n");
    }

    private static string Redirect(SiteRedirect rule) => rule.Status switch
    {
        301 or 308 => $"rewrite {Word("^" + Pattern(rule.From) + "$")} {Word(Target(rule), keepGroups: true)} permanent;",
        >= 300 and < 400 => $"rewrite {Word("^" + Pattern(rule.From) + "$")} {Word(Target(rule), keepGroups: true)} redirect;",
        404 or 410 => $"if ($uri ~ {Word("^" + Pattern(rule.From) + "$")}) {{ return {rule.Status}; }}",
        _ => $"rewrite {Word("^" + Pattern(rule.From) + "$")} {Word(Target(rule), keepGroups: true)} last;",
    };

    /// <summary><c>/blog/:year/*</c> as a regular expression with a group for each.</summary>
    private static string Pattern(string path) => string.Join('/', path.Split('/').Select(segment => segment switch
    {
        "*" => "(.*)",
        [':', .. var name] when Name().IsMatch(name) => $"(?<{name}>[^/]+)",
        _ => Regex.Escape(segment),
    }));

    private static string Target(SiteRedirect rule)
    {
        var target = rule.To.Replace(":splat", "$" + (1 + rule.From.Split('/').Count(segment => segment.StartsWith(':'))), StringComparison.Ordinal);
        foreach (var name in rule.From.Split('/').Where(segment => segment.StartsWith(':')).OrderByDescending(segment => segment.Length)) target = target.Replace(name, "$" + name[1..], StringComparison.Ordinal);
        return target;
    }

    /// <summary>In quotes, where only quotes, backslashes and dollar signs mean something.</summary>
    private static string Word(string value, bool keepGroups = false)
    {
        var quoted = value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        // In a pattern a dollar sign is the end, as it is the end of the word.
        return $"\"{(keepGroups || quoted.StartsWith('^') || quoted.StartsWith('~') ? quoted : quoted.Replace("$", "${dollar}", StringComparison.Ordinal))}\"";
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
