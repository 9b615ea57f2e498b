using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Slipway.Control.Tests.Heroku;

/// <summary>
/// Heroku's published schema (the npm package @heroku-cli/schema, in the version of package-lock.json), made JSON Schema on
/// the spot. The package is TypeScript, which has no formats and calls every field optional; so what Heroku's own answers
/// keep besides is checked here: that all fields are there, that ids are UUIDs, times ISO 8601, and addresses URLs.
/// </summary>
internal sealed class HerokuSchema
{
    private static readonly string Folder = Path.Combine(Repository, "tests/Slipway.Control.Tests/Heroku/schema");
    private static readonly Lazy<Task<HerokuSchema>> Loading = new(LoadAsync);

    private readonly JsonElement _definitions;
    private readonly JsonSchema _whole;

    private HerokuSchema(string json)
    {
        _definitions = JsonDocument.Parse(json).RootElement.GetProperty("definitions");
        _whole = JsonSchema.FromText(json);
        SchemaRegistry.Global.Register(new Uri("https://heroku.test/schema"), _whole);
    }

    public static Task<HerokuSchema> Ready => Loading.Value;

    private static string Repository => typeof(HerokuSchema).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), false)
        .Cast<System.Reflection.AssemblyMetadataAttribute>().Single(one => one.Key == "Repository").Value!;

    public bool Has(string definition) => _definitions.TryGetProperty(definition, out _);

    /// <returns>What is wrong with the value, as sentences; none when it is one of the definition's.</returns>
    public IReadOnlyList<string> Check(string definition, JsonElement value)
    {
        var wrong = new List<string>();
        var schema = JsonSchema.FromText($$"""{"$ref": "https://heroku.test/schema#/definitions/{{definition}}"}""");
        var result = schema.Evaluate(value, new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (!result.IsValid)
        {
            foreach (var detail in result.Details ?? [])
                foreach (var (keyword, message) in detail.Errors ?? new Dictionary<string, string>())
                    wrong.Add($"{definition}{detail.InstanceLocation}: {keyword}: {message}");
            if (wrong.Count == 0) wrong.Add($"{definition}: not valid");
        }

        CheckFields(definition, Resolve(_definitions.GetProperty(definition)), value, wrong);
        return wrong;
    }

    /// <summary>Every field that the schema names is there, however deep, and of the form that its name says.</summary>
    private void CheckFields(string path, JsonElement schema, JsonElement value, List<string> wrong)
    {
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var item in value.EnumerateArray()) CheckFields(path + "[]", Resolve(items), item, wrong);
            return;
        }

        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties)) return;
        foreach (var property in properties.EnumerateObject())
        {
            var at = $"{path}.{property.Name}";
            if (!value.TryGetProperty(property.Name, out var field)) wrong.Add($"{at} is missing");
            else
            {
                if (Malformed(property.Name, property.Value, field) is { } how) wrong.Add($"{at} is {field.GetRawText()}, which is no {how}");
                CheckFields(at, Resolve(property.Value), field, wrong);
            }
        }
    }

    private static string? Malformed(string name, JsonElement schema, JsonElement field)
    {
        if (field.ValueKind != JsonValueKind.String) return null;
        var text = field.GetString()!;
        var description = schema.TryGetProperty("description", out var said) ? said.GetString()! : "";
        if (name == "id" && description.StartsWith("unique identifier", StringComparison.Ordinal)) return Guid.TryParseExact(text, "D", out _) ? null : "UUID";
        if (name.EndsWith("_at", StringComparison.Ordinal)) return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _) && text.Contains('T') ? null : "time of ISO 8601";
        if (name.EndsWith("_url", StringComparison.Ordinal)) return Uri.TryCreate(text, UriKind.Absolute, out _) ? null : "URL";
        return null;
    }

    /// <summary>A definition behind a reference; of several that a value may be, the one that has fields.</summary>
    private JsonElement Resolve(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference)) return Resolve(_definitions.GetProperty(Uri.UnescapeDataString(reference.GetString()!["#/definitions/".Length..])));
        foreach (var keyword in (string[])["anyOf", "oneOf", "allOf"])
        {
            if (!schema.TryGetProperty(keyword, out var several)) continue;
            var best = several.EnumerateArray().Select(Resolve).FirstOrDefault(one => one.TryGetProperty("properties", out _) || one.TryGetProperty("items", out _));
            if (best.ValueKind == JsonValueKind.Object) return best;
        }

        return schema;
    }

    private static async Task<HerokuSchema> LoadAsync()
    {
        var installed = new FileInfo(Path.Combine(Folder, "node_modules/.package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc <= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
            await RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        var made = Path.Combine(Folder, "node_modules/schema.json");
        if (!File.Exists(made) || File.GetLastWriteTimeUtc(made) <= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
        {
            await RunAsync(
                Path.Combine(Folder, "node_modules/.bin/ts-json-schema-generator"), "--path", "node_modules/@heroku-cli/schema/lib/index.d.ts",
                "--type", "*", "--no-type-check", "--additional-properties", "--out", made);
        }

        return new HerokuSchema(Mend(await File.ReadAllTextAsync(made)));
    }

    /// <summary>The package says of an add-on's actions that they are an object and a list at once; Heroku's are a list.</summary>
    private static string Mend(string json)
    {
        var schema = JsonNode.Parse(json)!;
        schema["definitions"]!["Actions"] = new JsonObject { ["type"] = "array" };
        return schema.ToJsonString();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await output} {await errors}");
    }
}
