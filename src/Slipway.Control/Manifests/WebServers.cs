namespace Slipway.Control.Manifests;

/// <summary>The calling convention between a web server and a Python app.</summary>
internal enum Interface { Wsgi, Asgi }

/// <summary>A web server that slipway.toml can name.</summary>
/// <param name="Packages">Debian packages that it comes from; empty for those that come from the package index.</param>
internal sealed record WebServer(string Name, Interface Speaks, IReadOnlyList<string> Packages);

internal static class WebServers
{
    // Servers written in Python live among the app's packages, so they come from the index, in a version that fits them.
    // uWSGI and mod_wsgi are C programs built for one Python and one Apache: Debian builds them for the stack's, where
    // the index has them only as source to be compiled.
    public static IReadOnlyList<WebServer> All { get; } =
    [
        new("gunicorn", Interface.Wsgi, []),
        new("uwsgi", Interface.Wsgi, ["uwsgi-core", "uwsgi-plugin-python3"]),
        new("mod_wsgi", Interface.Wsgi, ["apache2", "libapache2-mod-wsgi-py3"]),
        new("waitress", Interface.Wsgi, []),
        new("uvicorn", Interface.Asgi, []),
        new("daphne", Interface.Asgi, []),
        new("hypercorn", Interface.Asgi, []),
    ];

    public static WebServer Named(string name) => All.Single(server => server.Name == name);
}
