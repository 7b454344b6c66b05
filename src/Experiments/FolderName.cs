using SVco.Core;

namespace SVco.Experiments;

/// <summary>Names that become folders.</summary>
static class FolderName
{
    const int Longest = 100;

    /// <summary>What no system, or not every one, takes in a folder's name.</summary>
    const string Refused = "/\\<>:\"|?*";

    /// <summary>Makes sure that a name is that of one folder, inside the folder where it is made.</summary>
    /// <param name="what">What is named, for the message.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="UserException">It is not.</exception>
    public static void Require(string what, string name)
    {
        var wrong =
            name.Length == 0 ? "it is empty"
            : name.Length > Longest ? $"it has more than {Longest} letters"
            : name.FirstOrDefault(letter => Refused.Contains(letter) || char.IsControl(letter)) is not '\0' and var letter
                ? $"it has {(char.IsControl(letter) ? "a control character" : $"\"{letter}\"")}"
            : name[0] is '.' or ' ' || name[^1] is '.' or ' ' ? "it begins or ends with a dot or a space"
            : null;
        if (wrong is not null)
        {
            throw new UserException(
                $"The {what}'s name \"{name}\" cannot be a folder's: {wrong}. Take letters, digits, '-' and '_'; --output chooses where the folder lies."
            );
        }
    }
}
