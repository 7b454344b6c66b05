using SVco.Core;
using SVco.Files;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>A file on the disk or in a zip file.</summary>
/// <param name="Shown">What messages call it.</param>
abstract record DataFile(string Shown)
{
    /// <summary>Its name without folders.</summary>
    public string Name => Shown[(Shown.LastIndexOfAny(['/', '\\']) + 1)..];

    /// <summary>The folder that it lies in.</summary>
    public abstract DataFolder Folder { get; }

    /// <summary>Its bytes.</summary>
    /// <exception cref="UserException">It cannot be read.</exception>
    public abstract byte[] Bytes();

    /// <summary>Its text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="UserException">It cannot be read or is no text.</exception>
    public ReadOnlyMemory<byte> Utf8() => TextFile.Utf8(Bytes(), Shown);

    /// <summary>Opens it to be read as UTF-8.</summary>
    /// <exception cref="UserException">It cannot be read or is no text.</exception>
    public virtual Stream OpenText() => new MemoryStream(Utf8().ToArray(), writable: false);

    /// <summary>A file on the disk.</summary>
    public sealed record OnDisk(string Path) : DataFile(Path)
    {
        public override DataFolder Folder => new DataFolder.OnDisk(System.IO.Path.GetDirectoryName(Path)!);

        public override byte[] Bytes() => InputFile.Bytes(Path);

        public override Stream OpenText() => TextFile.Open(Path);
    }

    /// <summary>A file in a zip file.</summary>
    public sealed record InZip(ZipContent Zip, string Entry) : DataFile($"{Zip.Path}/{Entry}")
    {
        public override DataFolder Folder => new DataFolder.InZip(Zip, Entry[..(Entry.LastIndexOf('/') + 1)]);

        public override byte[] Bytes() => Zip.Bytes(Entry);
    }
}
