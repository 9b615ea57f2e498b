namespace Slipway.Contracts.Errors;

/// <summary>A failure that has words for the user. Anything else that is thrown is a defect and becomes a 500.</summary>
/// <param name="status">HTTP status of the answer that carries it.</param>
public sealed class SlipwayException(int status, SlipwayError error, Exception? inner = null)
    : Exception(error.Message, inner)
{
    public int Status { get; } = status;

    public SlipwayError Error { get; } = error;
}
