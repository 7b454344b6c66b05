using System.CommandLine;
using SVco.Core;
using SVco.Experiments;

namespace SVco.Scripting.Commands;

/// <summary><c>svco new NAME</c>: a folder with an experiment of one's own.</summary>
static class NewCommand
{
    /// <summary>The files, each a resource of its name; of NAME and VERSION the folder's name and this program's version are written.</summary>
    static readonly (string Resource, string Path)[] Files =
    [
        ("experiment.csx", "NAME.csx"),
        ("sweep.yaml", "sweep.yaml"),
        ("README.md", "README.md"),
        ("omnisharp.json", "omnisharp.json"),
        ("settings.json", ".vscode/settings.json"),
        ("gitignore", ".gitignore"),
    ];

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The experiment's name, and that of its folder." };
        var output = new Option<string?>("--output") { Description = "The folder, where it is not to be called as the experiment is." };
        var command = new Command("new", "Write a folder with an experiment of your own: a script, a sweep and a README.") { name, output };
        command.SetAction(parsed => Write(parsed.GetRequiredValue(name), parsed.GetValue(output)));
        return command;
    }

    static void Write(string name, string? output)
    {
        FolderName.Require("experiment", name);
        var folder = output ?? name;
        if (Path.Exists(folder) && !(Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new UserException($"{folder} is there already and not empty; nothing was written. Choose another name, or --output.");
        }

        foreach (var (resource, path) in Files)
        {
            var file = Path.Combine(folder, path.Replace("NAME", name, StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Filled(resource, name));
            Console.WriteLine(file);
        }

        Console.WriteLine($"Next: {ShellCommand.Svco} {ShellCommand.Of(["run", Path.Combine(folder, $"{name}.csx")])}");
    }

    static string Filled(string resource, string name)
    {
        using var text = new StreamReader(typeof(NewCommand).Assembly.GetManifestResourceStream(resource)!);
        return text.ReadToEnd()
            .Replace("NAME", name, StringComparison.Ordinal)
            .Replace("VERSION", Repository.Version, StringComparison.Ordinal);
    }
}
