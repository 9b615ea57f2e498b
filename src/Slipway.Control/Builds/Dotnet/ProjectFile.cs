using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Builds.Dotnet;

/// <summary>What preflight reads of a .csproj, .fsproj or .vbproj.</summary>
/// <param name="Framework">Null where the file does not say it: a Directory.Build.props may.</param>
internal sealed partial record ProjectFile(string File, bool IsWeb, Version? Framework, bool HasPackages)
{
    public const string WebSdk = "Microsoft.NET.Sdk.Web";

    public static ProjectFile? Read(Survey survey, string file)
    {
        if (!Name().IsMatch(file) || survey.Files.ReadText(file, survey.Findings) is not { } text) return null;
        try
        {
            // No DTD, and so no entities of the file's own.
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var root = XDocument.Load(reader).Root!;
            IEnumerable<XElement> Named(string name) => root.Descendants().Where(element => element.Name.LocalName == name);
            var framework = Named("TargetFramework").Concat(Named("TargetFrameworks")).Select(element => TargetFramework().Match(element.Value)).FirstOrDefault(match => match.Success);
            return new ProjectFile(
                file,
                root.Attribute("Sdk")?.Value == WebSdk || Named("Sdk").Any(element => element.Attribute("Name")?.Value == WebSdk),
                framework is null ? null : new Version(int.Parse(framework.Groups[1].Value), int.Parse(framework.Groups[2].Value)),
                Named("PackageReference").Any());
        }
        catch (XmlException e)
        {
            survey.Report(new Finding("invalid_project_file", "It is not valid XML.") { File = file, Line = e.LineNumber, Why = e.Message });
            return null;
        }
    }

    [GeneratedRegex(@"\.(cs|fs|vb)proj\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\bnet(\d{1,3})\.(\d{1,3})\b", RegexOptions.CultureInvariant)]
    private static partial Regex TargetFramework();
}

internal static class DotnetVersions
{
    private const string Entry = "dotnet-runtime=";

    public static Version OfStack(StackInfo stack) =>
        stack.Packages.FirstOrDefault(package => package.StartsWith(Entry, StringComparison.Ordinal)) is { } entry
            ? Version.Parse(entry[Entry.Length..])
            : throw new InvalidDataException($"The stack {stack.Name} of {stack.Date} lists no .NET.");
}
