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

    /// <param name="path">Of the submodule, in the source.</param>
    /// <param name="address">As it is written or shown; null when there is none.</param>
    public static SlipwayException SubmoduleUnreadable(string path, string? address, string why, Exception? inner) => new(422, new SlipwayError("submodule_unreadable", $"The submodule {TypedName.Quote(path)} could not be fetched{(address is null ? "" : $" from {TypedName.Quote(address)}")}.")
    {
        Why = why,
        Next = "Give it a public http(s) address in .gitmodules, or send the folder as it is on your disk, submodules included: slipway deploy",
    }, inner);

    public static SlipwayException TooManySubmodules(int most, int depth) => new(422, new SlipwayError("submodules_too_many", "The commit has too many submodules.")
    {
        Why = $"{most} are fetched at most, and {depth} of them one in another.",
        Next = "Send the folder as it is on your disk, submodules included: slipway deploy",
    });
}
