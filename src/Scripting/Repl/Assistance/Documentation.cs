using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using SVco.Scripting.Host;

namespace SVco.Scripting.Repl.Assistance;

/// <summary>The XML documentation of assemblies: beside the assembly, or for the runtime's own in the SDK's reference pack.</summary>
sealed partial class Documentation
{
    // Where the runtime's own types are documented, whichever of its files holds their code.
    const string Core = "System.Runtime";

    readonly Lazy<string?> pack = new(FindPack);

    /// <summary>The documentation of an assembly's file; null where there is none.</summary>
    public DocumentationProvider? Of(string assembly)
    {
        var name = Path.GetFileNameWithoutExtension(assembly);
        var beside = Path.ChangeExtension(assembly, ".xml");
        var file =
            File.Exists(beside) ? beside
            : !HostAssemblies.IsFramework(assembly) || pack.Value is not { } folder ? null
            : new[] { name, Core }.Select(one => Path.Combine(folder, $"{one}.xml")).FirstOrDefault(File.Exists);
        return file is null ? null : XmlDocumentationProvider.CreateFromFile(file);
    }

    /// <summary>What an element of the documentation says, references by their names.</summary>
    public static string Text(XElement? element)
    {
        if (element is null)
        {
            return "";
        }

        var words = element
            .DescendantNodes()
            .Select(node =>
                node switch
                {
                    XText text => text.Value,
                    XElement reference
                        when (reference.Attribute("cref") ?? reference.Attribute("name") ?? reference.Attribute("langword")) is { } to =>
                        to.Value[(to.Value.LastIndexOfAny(['.', ':']) + 1)..],
                    _ => "",
                }
            );
        return Spaces().Replace(string.Concat(words), " ").Trim();
    }

    static string? FindPack()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        var packs = Path.Combine(root, "packs", "Microsoft.NETCore.App.Ref");
        var framework = $"net{Environment.Version.Major}.{Environment.Version.Minor}";
        return Directory.Exists(packs)
            ? Directory.GetDirectories(packs).Select(version => Path.Combine(version, "ref", framework)).LastOrDefault(Directory.Exists)
            : null;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
