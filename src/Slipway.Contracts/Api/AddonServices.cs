using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Contracts.Api;

/// <param name="Name"><c>heroku-postgresql</c></param>
public sealed record AddonService(
    Guid Id, string Name, string HumanName, string State, bool SupportsMultipleInstallations, bool SupportsSharing, string? CliPluginName, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record AddonPlanView
{
    public required Guid Id { get; init; }

    /// <summary><c>heroku-postgresql:shared</c></summary>
    public required string Name { get; init; }
    public required string HumanName { get; init; }
    public required string Description { get; init; }
    public required Reference AddonService { get; init; }
    public required bool Default { get; init; }
    public IReadOnlyList<string>? Compliance => null;
    public bool InstallableInsidePrivateNetwork { get; init; }
    public bool InstallableOutsidePrivateNetwork { get; init; } = true;
    public bool SpaceDefault => false;
    public string State { get; init; } = "ga";
    public bool Visible { get; init; } = true;
    public AddonPrice Price { get; init; } = AddonPrice.Nothing;
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record AddonPrice(int Cents, bool Contract, bool Metered, string Unit)
{
    public static AddonPrice Nothing { get; } = new(0, false, false, "month");
}

/// <param name="App">Null: whichever app.</param>
public sealed record ResolveAddonRequest(string? Addon, string? App, string? AddonService);

public sealed record ResolveAttachmentRequest(string? AddonAttachment, string? App, string? AddonService);

/// <summary>A resource's name or id: alone, or in an object as Heroku's client sends it.</summary>
public sealed class NamedConverter : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null) return null;
        if (reader.TokenType is JsonTokenType.String) return reader.GetString();
        if (reader.TokenType is not JsonTokenType.StartObject) throw new JsonException("It is neither a name nor an object with one.");
        string? name = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isName = reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isName && reader.TokenType is JsonTokenType.String) name ??= reader.GetString();
            else reader.Skip();
        }

        return name;
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
