using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Git;

/// <summary>What can be wrong with a push, in words for the pusher.</summary>
internal static class GitErrors
{
    public const string FailedId = "git_failed";

    public static SlipwayException OnlySmart() => new(400, new SlipwayError("git_too_old", "Slipway speaks git's smart protocol alone.")
    {
        Why = "The request asks for files of the repository, as git before 1.6.6 did.",
        Next = "Use a current git.",
    });

    public static SlipwayException Failed(string command, string said) => new(500, new SlipwayError(FailedId, $"git {command} failed.")
    {
        Why = string.Join(' ', said.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3)),
        Next = "Push again; if it stays, slipwayd's log has more.",
    });

    public static SlipwayException NotAPush() => new(404, new SlipwayError("not_found", "There is no such push, or it has ended."));

    public static SlipwayException BranchDeleted(string branch) => new(422, new SlipwayError("deployed_branch_deleted", $"{branch} is the branch that is deployed; it cannot be deleted.")
    {
        Why = "An app without it would have nothing to build again.",
        Next = "slipway destroy takes the whole app away; git push slipway OTHER:main --force deploys something else.",
    });

    public static SlipwayException TwoBranches() => new(422, new SlipwayError("two_branches", "main and master were pushed at once, and they are not the same commit.")
    {
        Why = "Both of them deploy; which one was meant is not for Slipway to guess.",
        Next = "Push one: git push slipway main",
    });

    public static SlipwayException NotABranch(string name) => new(422, new SlipwayError("ref_not_taken", $"{TypedName.Quote(name)} is neither a branch nor a tag.")
    {
        Why = "Slipway takes what is below refs/heads/ and refs/tags/.",
        Next = "Push a branch: git push slipway main",
    });

    public static SlipwayException Submodules(IReadOnlyList<string> paths) => new(422, new SlipwayError("submodules", $"The commit has {(paths.Count == 1 ? "a submodule" : $"{paths.Count} submodules")}, whose files are in other repositories.")
    {
        Why = $"{string.Join(", ", paths.Take(5).Select(path => TypedName.Quote(path)))}{(paths.Count > 5 ? ", …" : "")} would be an empty folder here.",
        Next = "Send the folder as it is on your disk, submodules included: slipway deploy",
    });
}
