using System.Text.RegularExpressions;
using SVco.Core;

namespace SVco.Models.Hub;

/// <summary>A model on the hub: <c>owner/name</c> or <c>owner/name@revision</c>.</summary>
/// <param name="Owner">The user or organisation.</param>
/// <param name="Name">The repository's name.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
public sealed partial record HubId(string Owner, string Name, string Revision = HubId.DefaultRevision)
{
    /// <summary>The branch of an id that names none.</summary>
    public const string DefaultRevision = "main";

    /// <summary><c>owner/name</c>, as it stands in addresses.</summary>
    public string Repository => $"{Owner}/{Name}";

    /// <summary>The revision as one part of an address.</summary>
    public string EscapedRevision => Uri.EscapeDataString(Revision);

    /// <summary>The id as a person writes it.</summary>
    public override string ToString() => Revision == DefaultRevision ? Repository : $"{Repository}@{Revision}";

    /// <summary>Reads an id.</summary>
    /// <exception cref="UserException">The text is neither a folder that exists nor an id.</exception>
    public static HubId Parse(string text) =>
        Pattern().Match(text) is { Success: true } match && !text.Contains("..")
            ? new(
                match.Groups["owner"].Value,
                match.Groups["name"].Value,
                match.Groups["revision"] is { Success: true } revision ? revision.Value : DefaultRevision
            )
            : throw new UserException(
                $"The model '{text}' is neither a folder that exists nor a hub id of the form owner/name or owner/name@revision."
            );

    [GeneratedRegex(
        @"\A(?<owner>[A-Za-z0-9_][A-Za-z0-9_.-]*)/(?<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)(@(?<revision>[A-Za-z0-9_][A-Za-z0-9_./-]*))?\z"
    )]
    private static partial Regex Pattern();
}
