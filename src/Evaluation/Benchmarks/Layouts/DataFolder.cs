using System.Collections.Immutable;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>A folder on the disk or in a zip file, in which files are found by names that the data give.</summary>
/// <param name="Shown">What messages call it.</param>
abstract record DataFolder(string Shown)
{
    /// <summary>The names of the folders that it lies in, and its own, from the outermost.</summary>
    public abstract ImmutableArray<string> Names { get; }

    /// <summary>The folder around it; itself where there is none.</summary>
    public abstract DataFolder Up { get; }

    /// <summary>A file in it; null when it is not there, or when the name leads out of the folder.</summary>
    /// <param name="name">A relative path with slashes.</param>
    public DataFile? Find(string name) => name.Length == 0 || name.Contains('\0') || LeadsOut(name) ? null : FindHere(name);

    /// <summary>Whether a path is one that is never followed: absolute, or upwards.</summary>
    public static bool LeadsOut(string name) => name.Split('/', '\\').Contains("..") || Path.IsPathRooted(name);

    /// <summary>The first file of some names that is in it.</summary>
    public DataFile? FindAny(params IEnumerable<string> names) => names.Select(Find).FirstOrDefault(file => file is not null);

    /// <summary>Whether the folder, or one that it lies in, is a copy of a repository: by its name, or by the one that the hub's cache gives it.</summary>
    /// <param name="repositories">Names without their owners.</param>
    public bool IsIn(params ReadOnlySpan<string> repositories)
    {
        foreach (var repository in repositories)
        {
            if (Names.Any(name => name.Split("--")[^1].Equals(repository, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    protected abstract DataFile? FindHere(string name);

    /// <summary>A folder on the disk.</summary>
    public sealed record OnDisk(string Path) : DataFolder(Path)
    {
        public override ImmutableArray<string> Names =>
            [.. Path.Split(System.IO.Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)];

        public override DataFolder Up => System.IO.Path.GetDirectoryName(Path) is { } parent ? new OnDisk(parent) : this;

        protected override DataFile? FindHere(string name) =>
            System.IO.Path.Combine(Path, name) is var path && File.Exists(path) ? new DataFile.OnDisk(path) : null;
    }

    /// <summary>A folder in a zip file.</summary>
    /// <param name="Zip">The zip file.</param>
    /// <param name="Prefix">What the names of its entries begin with: empty, or with a slash at the end.</param>
    public sealed record InZip(ZipContent Zip, string Prefix) : DataFolder($"{Zip.Path}/{Prefix}")
    {
        public override ImmutableArray<string> Names =>
            [.. new OnDisk(Zip.Path).Names, .. Prefix.Split('/', StringSplitOptions.RemoveEmptyEntries)];

        public override DataFolder Up =>
            Prefix.Length == 0 ? this : this with { Prefix = Prefix[..(Prefix.TrimEnd('/').LastIndexOf('/') + 1)] };

        protected override DataFile? FindHere(string name) =>
            Zip.Names.Contains(Prefix + name) ? new DataFile.InZip(Zip, Prefix + name) : null;
    }
}
