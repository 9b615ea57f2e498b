namespace Slipway.Control.Instances;

/// <summary>How an app's instances send mail.</summary>
/// <param name="Host">Name of the relay in their network.</param>
/// <param name="Address">Its number there, as an add-on's.</param>
/// <param name="Variables">What they are told, unless the app has a mail server of its own.</param>
internal sealed record AppMail(string Host, int Address, string Password, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Who sets one of these has a mail server of their own.</summary>
    private static readonly string[] Deciding = ["EMAIL_HOST", "EMAIL_URL", "SMTP_URL"];

    /// <summary>Adds what is told of the relay; half of it beside half of another server would be of use to nobody.</summary>
    public void AddTo(Dictionary<string, string> environment)
    {
        if (Deciding.Any(environment.ContainsKey)) return;
        foreach (var (key, value) in Variables) environment.TryAdd(key, value);
    }

    public bool IsUsedBy(IReadOnlyDictionary<string, string> environment) => Deciding.Any(key => environment.TryGetValue(key, out var value) && value == Variables[key]);
}
