using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Experiments;

/// <summary>A model of an evaluation.</summary>
/// <param name="Name">Its name in tables, and that of its folder.</param>
/// <param name="Checkpoint">A folder or a hub id.</param>
sealed record NamedCheckpoint(string Name, string Checkpoint)
{
    const int LongestName = 100;

    /// <summary>Reads NAME=FOLDER or NAME=HUB-ID; without a name it is the last part of the folder or id.</summary>
    /// <exception cref="UserException">There is none, a name is no folder's, or two are equal.</exception>
    public static ImmutableArray<NamedCheckpoint> All(IReadOnlyList<string> models)
    {
        if (models.Count == 0)
        {
            throw new UserException("Which models? Give --models base=FOLDER-OR-HUB-ID other=FOLDER-OR-HUB-ID, the base first.");
        }

        ImmutableArray<NamedCheckpoint> all = [.. models.Select(Of)];
        return all.CountBy(one => one.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Value > 1) is { Key: { } twice }
            ? throw new UserException($"Two models are called {twice}. Name them: --models {twice}1=... {twice}2=...")
            : all;
    }

    static NamedCheckpoint Of(string text)
    {
        var parts = text.Split('=', 2);
        var checkpoint = parts[^1].Trim();
        var name = parts.Length == 2 ? parts[0].Trim() : Path.GetFileName(Path.TrimEndingDirectorySeparator(checkpoint));
        return checkpoint.Length == 0 ? throw new UserException($"The model \"{text}\" has no folder or hub id.")
            : name.Length is 0 or > LongestName || !name.All(IsPlain) || name[0] == '.'
                ? throw new UserException(
                    $"\"{name}\" cannot be a model's name: letters, digits, '-', '_' and '.' can. Write NAME={checkpoint}."
                )
            : new(name, checkpoint);
    }

    static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';
}
