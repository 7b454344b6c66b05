using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using SVco.Core;
using SVco.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Models.Checkpoints;

/// <summary>An open safetensors file, memory-mapped: its header is checked, its tensors are copied when they are asked for.</summary>
public sealed unsafe partial class SafetensorsFile : IDisposable
{
    /// <summary>The most bytes that one copy moves; also the size of the staging buffer for another type or device.</summary>
    const int ChunkBytes = 1 << 26;

    readonly MemoryMappedFile map;
    readonly MemoryMappedViewAccessor view;
    readonly byte* start;

    SafetensorsFile(string path, SafetensorsHeader header, MemoryMappedFile map)
    {
        (Path, Header, this.map) = (path, header, map);
        view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>What the file holds.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="UserException">The file cannot be read or is malformed.</exception>
    public static SafetensorsFile Open(string path)
    {
        NativeLibraries.Load();
        try
        {
            using var stream = InputFile.Open(path);
            var header = SafetensorsHeader.Read(stream, path);
            var map = MemoryMappedFile.CreateFromFile(
                (FileStream)stream,
                null,
                0,
                MemoryMappedFileAccess.Read,
                HandleInheritability.None,
                leaveOpen: true
            );
            return new SafetensorsFile(path, header, map);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The element type of a tensor in the file.</summary>
    /// <exception cref="UserException">The file lacks the tensor, or no tensor can have its type.</exception>
    public ScalarType TypeOf(string name)
    {
        var entry = Entry(name);
        return DataType.Parse(entry.Type)
            ?? throw new UserException(
                $"Tensor '{name}' in {Path} has dtype {entry.Type}, which cannot be loaded. Convert it to F32, F16 or BF16."
            );
    }

    /// <summary>
    /// Copies a tensor's values over those of <paramref name="target"/>, straight from the map in chunks, converting to the target's type
    /// and device on the way. Besides the target this takes at most two chunks (128 MiB) of memory, whatever the tensor's size.
    /// </summary>
    /// <param name="name">The tensor in the file.</param>
    /// <param name="target">A contiguous tensor of the same shape, of any type and device.</param>
    /// <exception cref="UserException">The file lacks the tensor, or its shape is another.</exception>
    public void CopyTo(string name, Tensor target)
    {
        var (entry, type) = (Entry(name), TypeOf(name));
        if (!target.shape.AsSpan().SequenceEqual(entry.Shape.AsSpan()))
        {
            throw new UserException(
                $"Tensor '{name}' in {Path} has the shape [{string.Join(", ", entry.Shape)}], the model wants [{string.Join(", ", target.shape)}]. "
                    + "config.json and the weights belong to different models."
            );
        }

        if (!target.is_contiguous())
        {
            throw new ArgumentException("The target must be contiguous.", nameof(target));
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var flat = target.view(-1);
        var direct = target.dtype == type && target.device_type == DeviceType.CPU;
        var elementSize = DataType.SizeOf(entry.Type)!.Value;
        var chunk = ChunkBytes / elementSize;
        var staging = direct ? null : empty(Math.Min(chunk, Math.Max(1, entry.Count)), type);
        for (long from = 0; from < entry.Count; from += chunk)
        {
            using var step = NewDisposeScope();
            var count = Math.Min(chunk, entry.Count - from);
            var source = new ReadOnlySpan<byte>(start + entry.Offset + from * elementSize, checked((int)(count * elementSize)));
            var part = flat.narrow(0, from, count);
            if (staging is null)
            {
                source.CopyTo(part.bytes);
            }
            else
            {
                var staged = staging.narrow(0, 0, count);
                source.CopyTo(staged.bytes);
                part.copy_(staged);
            }

            ForgetPages(start + entry.Offset + from * elementSize, count * elementSize);
        }
    }

    /// <summary>A new CPU tensor with a tensor's values in the file's own type.</summary>
    /// <exception cref="UserException">The file lacks the tensor.</exception>
    public Tensor Read(string name)
    {
        var tensor = empty(Entry(name).Shape.AsSpan(), TypeOf(name));
        CopyTo(name, tensor);
        return tensor;
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }

    /// <summary>
    /// What was read counts as the process's own memory until the system takes the pages back; with 16 GB of weights that is as much as the
    /// model. They stay in the system's cache of files. Only advice: that it was not taken harms nothing.
    /// </summary>
    static void ForgetPages(byte* from, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            const int dontNeed = 4;
            var page = Environment.SystemPageSize;
            var first = (nint)from / page * page;
            _ = Advise(first, (nuint)((nint)from - first + bytes), dontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    TensorEntry Entry(string name) =>
        Header.Tensors.TryGetValue(name, out var entry) ? entry : throw new UserException($"{Path} has no tensor '{name}'.");
}
