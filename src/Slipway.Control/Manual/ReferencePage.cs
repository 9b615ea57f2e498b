using System.Text.Json.Nodes;
using Slipway.Control.Dashboard;

namespace Slipway.Control.Manual;

/// <summary>The description as a page to read: by what it is about, each call with what it needs, takes and gives.</summary>
internal static class ReferencePage
{
    public static IResult Draw(JsonObject document)
    {
        var operations = from path in document["paths"]!.AsObject()
                         from operation in path.Value!.AsObject()
                         select (Path: path.Key, Method: operation.Key.ToUpperInvariant(), Of: operation.Value!.AsObject());
        var groups = operations.GroupBy(one => (string)one.Of["tags"]![0]!).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        return new Page("API", Html.Of($"""
            <div class="title"><h1>API</h1><a class="button end" href="{ReferenceRoutes.DocumentPath}">OpenAPI</a></div>
            <section class="panel">
              <p>Heroku's Platform API v3, and what is Slipway's own below <code>/slipway/</code>.</p>
              <p>{groups.Select(group => Html.Of($"""<a href="#{group.Key}">{group.Key}</a> """))}</p>
            </section>
            {groups.Select(group => Html.Of($"""
                <section class="panel" id="{group.Key}">
                  <h2>{group.Key}</h2>
                  {group.Select(one => Operation(one.Method, one.Path, one.Of))}
                </section>
                """))}
            """), path: ("API", ReferenceRoutes.PagePath));
    }

    private static Html Operation(string method, string path, JsonObject operation) => Html.Of($"""
        <details>
          <summary><strong>{method}</strong> <code>{path}</code></summary>
          <p class="muted">Needs {(string?)operation["x-needs"]}.</p>
          {Shape("Takes", operation["requestBody"])}
          {Shape("Gives", operation["responses"]?["2XX"])}
        </details>
        """);

    private static Html Shape(string title, JsonNode? of) => of?["content"]?["application/json"]?["schema"] is { } schema
        ? Html.Of($"""<p>{title}:</p><pre>{Outline.Of(schema)}</pre>""")
        : Html.Empty;
}
