using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using SVco.Core;
using TorchSharp;

namespace SVco.Models;

/// <summary>Loads the native libraries of libtorch and TorchSharp, before the first use of a tensor.</summary>
/// <remarks>
/// The order of places: the folder that the environment variable LIBTORCH names (a libtorch or a PyTorch's torch/lib), the program's own
/// folder (a build with -p:Cuda=true), the NuGet package folder the build recorded, the same package in this user's NuGet folder.
/// </remarks>
public static partial class NativeLibraries
{
    static readonly Lock Gate = new();
    static bool loaded;

    /// <summary>Where they were loaded from, for people; empty before, and where the system found them by itself.</summary>
    public static string Place { get; private set; } = "";

    /// <summary>The versions of TorchSharp and of the libtorch that it wants, for people.</summary>
    public static string Versions => $"TorchSharp {TorchSharpVersion}, libtorch {WantedVersion}";

    /// <summary>Loads everything once; later calls return at once. Safe to call from any thread.</summary>
    /// <exception cref="UserException">No usable libraries are found; the message lists the places and the causes.</exception>
    public static void Load()
    {
        if (Volatile.Read(ref loaded))
        {
            return;
        }

        lock (Gate)
        {
            if (!loaded)
            {
                LoadOnce();
                Volatile.Write(ref loaded, true);
            }
        }
    }

    /// <summary>
    /// Loads everything as soon as TorchSharp itself is loaded, so that a script may begin with a tensor, and one without pays nothing.
    /// </summary>
    public static void LoadWithTorchSharp()
    {
        AppDomain.CurrentDomain.AssemblyLoad += (_, next) =>
        {
            // While the libraries are being loaded the same thread may come here again.
            if (IsTorchSharp(next.LoadedAssembly) && !Gate.IsHeldByCurrentThread)
            {
                Load();
            }
        };
        if (AppDomain.CurrentDomain.GetAssemblies().Any(IsTorchSharp))
        {
            Load();
        }
    }

    static bool IsTorchSharp(Assembly assembly) => assembly.GetName().Name == nameof(TorchSharp);

    static void LoadOnce()
    {
        LetIdleThreadsSleep();
        if (Environment.GetEnvironmentVariable("LIBTORCH") is { Length: > 0 } chosen)
        {
            CheckVersion(chosen);
            LoadFrom(chosen, "the folder that the environment variable LIBTORCH names");
        }
        else if (BesideTheProgram().FirstOrDefault(folder => File.Exists(Path.Combine(folder, FileOf("torch_cpu")))) is { } beside)
        {
            LoadFrom(beside, "the program's own folder");
        }
        else if (WantedVersion is { Length: > 0 } version)
        {
            LoadFrom(
                Path.Combine(NuGetPackages.Get(new($"libtorch-cpu-{Rid}", version)), "runtimes", Rid, "native"),
                "the NuGet package folder"
            );
        }

        CheckThatTensorsWork();
    }

    static void LoadFrom(string folder, string what)
    {
        try
        {
            foreach (var file in TorchFiles(folder))
            {
                NativeLibrary.Load(file);
            }

            var own = Path.Combine(folder, TorchSharpName);
            TorchSharpLibrary.Load(File.Exists(own) ? own : TorchSharpFile);
            Place = $"{folder} ({what})";
        }
        catch (Exception error)
            when (error is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            // The loader's own words are on the last line, after .NET's advice.
            var cause = error.Message.Trim().Split('\n')[^1].Trim().TrimEnd('.');
            throw new UserException(
                $"The native libraries in {folder} ({what}) do not load: {cause}. "
                    + $"TorchSharp {TorchSharpVersion} wants a libtorch {WantedVersion}; set LIBTORCH to such a folder or unset it.",
                error
            );
        }
    }

    /// <summary>
    /// Another version's libraries load but compute nonsense, since libtorch keeps no binary compatibility. A libtorch tells its version in
    /// build-version, a PyTorch in version.py, both beside the folder of libraries.
    /// </summary>
    static void CheckVersion(string folder)
    {
        var beside = Path.Combine(folder, "..");
        var told = new[] { "build-version", "version.py" }
            .Select(name => Path.Combine(beside, name))
            .Where(File.Exists)
            .Select(file => Regex.Match(File.ReadAllText(file), @"\d+\.\d+\.\d+").Value)
            .FirstOrDefault(version => version.Length > 0);
        if (told is not null && WantedVersion.Length > 0 && !SameMinor(told, WantedVersion))
        {
            throw new UserException(
                $"LIBTORCH names {folder}, which is version {told}; TorchSharp {TorchSharpVersion} wants {WantedVersion}. "
                    + "Set LIBTORCH to a libtorch or PyTorch of that version, or unset it to use the NuGet package."
            );
        }

        static bool SameMinor(string one, string other) => one.Split('.')[..2].SequenceEqual(other.Split('.')[..2]);
    }

    // GNU OpenMP's threads spin while they wait for each other. On a machine with other work that makes small models ten times slower
    // (measured), so they soon sleep instead unless the user has said otherwise; not at once, which made a training step of a middle-sized
    // model 8 % slower than 2,000 looks. libgomp reads the C environment, once, when it is loaded.
    static void LetIdleThreadsSleep()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            _ = SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
            _ = SetEnvironment("GOMP_SPINCOUNT", "2000", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void CheckThatTensorsWork()
    {
        try
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            if (torch.ones(3, 2).matmul(torch.ones(2, 3)).sum().NumberOfElements != 1)
            {
                throw new NotSupportedException("A sum has more than one element, so the libraries are those of another version.");
            }
        }
        catch (Exception error)
            when (error is TypeInitializationException or DllNotFoundException or NotSupportedException or EntryPointNotFoundException)
        {
            throw new UserException(
                $"TorchSharp {TorchSharpVersion} does not start: {(error.InnerException ?? error).Message} "
                    + "Set LIBTORCH to a folder with libtorch's libraries of a version that fits, or unset it to use the NuGet package's.",
                error
            );
        }
    }

    /// <summary>libtorch's own files in the order of their dependencies; parts that the folder lacks (CUDA, OpenMP) are left out.</summary>
    static IEnumerable<string> TorchFiles(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        }

        var openMp = Directory
            .GetFiles(folder, "libgomp*")
            .Concat(Directory.GetFiles(folder, "libomp*"))
            .Concat(Directory.GetFiles(folder, "libiomp5md.dll"));
        string Name(string library) => Path.Combine(folder, FileOf(library));
        return openMp
            .Append(Name("c10"))
            .Append(Name("torch_cpu"))
            .Concat(new[] { Name("c10_cuda"), Name("torch_cuda") }.Where(File.Exists))
            .Append(Name("torch"));
    }

    /// <summary>TorchSharp's own library.</summary>
    internal static string TorchSharpFile =>
        BesideTheProgram().Select(folder => Path.Combine(folder, TorchSharpName)).FirstOrDefault(File.Exists)
        ?? Path.Combine(InPackage(new("TorchSharp", TorchSharpVersion)), TorchSharpName);

    static string TorchSharpName => OperatingSystem.IsWindows() ? "LibTorchSharp.dll" : FileOf("LibTorchSharp");

    static IEnumerable<string> BesideTheProgram() =>
        [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", Rid, "native")];

    /// <summary>The folder with ImageMagick's library.</summary>
    /// <exception cref="UserException">Its package cannot be fetched.</exception>
    internal static string ImageMagickFolder => InPackage(new("Magick.NET-Q8-AnyCPU", BuildInfo.Value("ImageMagickVersion")!));

    static string InPackage(NuGetPackage package) => Path.Combine(NuGetPackages.Get(package), "runtimes", Rid, "native");

    /// <summary>The libtorch version this build was made for; empty where the build does not say.</summary>
    static string WantedVersion => BuildInfo.Value("LibTorchVersion") ?? "";

    static string TorchSharpVersion => typeof(torch).Assembly.GetName().Version!.ToString(3);

    static string FileOf(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";

    /// <summary>The system as NuGet names it.</summary>
    internal static string Rid =>
        OperatingSystem.IsWindows() ? "win-x64"
        : OperatingSystem.IsMacOS() ? "osx-arm64"
        : "linux-x64";
}
