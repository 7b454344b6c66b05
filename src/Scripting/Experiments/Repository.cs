using SVco.Core;

namespace SVco.Scripting.Experiments;

/// <summary>The checkout that the scripts lie in; the bundled checkpoints and pairs are found from it.</summary>
public static class Repository
{
    static string? _root = RootAbove(AppContext.BaseDirectory);

    /// <summary>The folder of SVco.sln.</summary>
    /// <exception cref="UserException">Neither the assemblies nor the prelude lie in a checkout.</exception>
    public static string Root =>
        _root ?? throw new UserException("The SVco checkout was not found. Begin the script with #load \"../src/Scripting/svco.csx\".");

    /// <summary>Tells where a file of the checkout lies; script hosts that copy assemblies elsewhere need it.</summary>
    public static void FoundFrom(string file) => _root = RootAbove(Path.GetDirectoryName(Path.GetFullPath(file))) ?? _root;

    static string? RootAbove(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "SVco.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }
}
