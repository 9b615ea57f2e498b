using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

namespace Slipway.SystemTests.Heroku;

/// <summary>
/// Says of a story which of the client's commands it shows to work. The story fails when it did not run them, so that
/// docs/heroku-commands.md, which is made of these, says nothing that was not seen.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal class HerokuAttribute(params string[] commands) : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> Seen = new(StringComparer.Ordinal);

    /// <summary>As typed: <c>ps:scale</c>, or an alias.</summary>
    public IReadOnlyList<string> Commands => commands;

    public virtual string Verdict => "works";

    public virtual string Remark => "";

    /// <summary>The client calls it for each command that the running test has it run.</summary>
    public static void Ran(string command) => Of(TestContext.Current.Test)[command] = true;

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        var missing = commands.Except(Of(test).Keys, StringComparer.Ordinal).ToList();
        Assert.True(missing.Count == 0 || TestContext.Current.TestState?.Result == TestResult.Failed, $"{methodUnderTest.Name} vouches for commands that it did not run: {string.Join(", ", missing)}");
    }

    private static ConcurrentDictionary<string, bool> Of(Xunit.Sdk.ITest? test) =>
        Seen.GetOrAdd(test?.UniqueID ?? "", _ => new ConcurrentDictionary<string, bool>(StringComparer.Ordinal));
}

/// <summary>The same of a command whose outcome is another than on Heroku.</summary>
/// <param name="how">In a clause: <c>keeps the last 10,000 lines</c>.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class HerokuDiffersAttribute(string command, string how) : HerokuAttribute(command)
{
    public override string Verdict => "differs";

    public override string Remark => how;
}
