using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Git;
using Slipway.Contracts.Names;

namespace Slipway.Control.Git;

/// <summary>What a push asks for, decided from the names of its refs alone.</summary>
/// <param name="Deploy">The ref whose commit goes live; null when none does.</param>
/// <param name="Notes">What the pusher is told of the others.</param>
internal sealed partial record PushPlan(PushedRef? Deploy, IReadOnlyList<string> Notes)
{
    private const string Branches = "refs/heads/";
    private const string Tags = "refs/tags/";
    private const int MaxNotes = 5;

    private static readonly string[] Deployed = ["main", "master"];

    /// <exception cref="SlipwayException">422: <c>deployed_branch_deleted</c>, <c>two_branches</c>, <c>ref_not_taken</c>.</exception>
    public static PushPlan Of(IReadOnlyList<PushedRef> refs)
    {
        if (refs.FirstOrDefault(pushed => !pushed.Name.StartsWith(Branches, StringComparison.Ordinal) && !pushed.Name.StartsWith(Tags, StringComparison.Ordinal)) is { } other)
            throw GitErrors.NotABranch(other.Name);
        var deployed = refs.Where(pushed => Deployed.Contains(BranchOf(pushed))).ToArray();
        if (deployed.FirstOrDefault(pushed => pushed.IsDeletion) is { } deleted) throw GitErrors.BranchDeleted(BranchOf(deleted)!);
        if (deployed.DistinctBy(pushed => pushed.New).Count() > 1) throw GitErrors.TwoBranches();

        var notes = refs.Except(deployed).Select(Note).ToList();
        if (notes.Count > MaxNotes) notes = [.. notes.Take(MaxNotes), $"… and {notes.Count - MaxNotes} more branches and tags, not deployed either."];
        return new PushPlan(deployed.FirstOrDefault(), notes);
    }

    /// <returns>The branch's name; null for a tag.</returns>
    public static string? BranchOf(PushedRef pushed) =>
        pushed.Name.StartsWith(Branches, StringComparison.Ordinal) ? pushed.Name[Branches.Length..] : null;

    private static string Note(PushedRef pushed)
    {
        if (BranchOf(pushed) is not { } branch)
            return $"Tag {TypedName.Quote(pushed.Name[Tags.Length..])} is {(pushed.IsDeletion ? "removed" : "kept")}; tags are not deployed.";
        if (pushed.IsDeletion) return $"Branch {TypedName.Quote(branch)} is removed; it was not deployed.";
        // Anything that a shell would not take as it stands is not put into a command to be copied.
        var name = Plain().IsMatch(branch) ? branch : "BRANCH";
        return $"Branch {TypedName.Quote(branch)} is kept, not deployed; git push slipway {name}:main deploys it.";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._/-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
