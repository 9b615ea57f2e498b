using System.Text.Json;
using Slipway.Contracts;

namespace Slipway.Runner.Protocol;

/// <summary>
/// The contracts' JSON as a root process reads it: nothing unknown, nothing missing, no null where none may be.
/// </summary>
internal static class StrictJson
{
    public static ContractsJson Default { get; } = new(new JsonSerializerOptions(ContractsJson.Default.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
    });
}
