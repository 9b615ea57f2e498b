using System.Text.Json;
using Slipway.Contracts;

namespace Slipway.Control.Tests.Api;

public sealed class ScaleTests
{
    [Theory]
    [InlineData("3", 1, 3)]
    [InlineData("\"3\"", 1, 3)]
    [InlineData("\"+2\"", 1, 3)]
    [InlineData("\"-1\"", 1, 0)]
    [InlineData("\"+2147483647\"", 1, 2147483648L)]
    public void A_quantity_is_a_number_or_a_change_of_it(string json, int current, long expected)
    {
        var update = JsonSerializer.Deserialize($$"""{"type":"web","quantity":{{json}}}""", ContractsJson.Default.FormationUpdate)!;
        Assert.Equal(expected, update.Quantity!.Value.From(current));
        Assert.Equal(update, JsonSerializer.Deserialize(JsonSerializer.Serialize(update, ContractsJson.Default.FormationUpdate), ContractsJson.Default.FormationUpdate));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"many\"")]
    [InlineData("1.5")]
    [InlineData("[1]")]
    public void What_is_no_quantity_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize($$"""{"type":"web","quantity":{{json}}}""", ContractsJson.Default.FormationUpdate));
}
