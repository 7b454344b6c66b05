using SVco.Core;
using SVco.Models;

namespace SVco.Scripting.Host;

/// <summary>What a program of one file (<c>dotnet run my.cs</c>) has from its package, and a script from its host.</summary>
public static class FileProgram
{
    /// <summary>
    /// Lets it begin with a tensor, and shows a mistake that the person can mend as its message alone, with exit code 1. The package calls
    /// it before the program's first line.
    /// </summary>
    public static void Begin()
    {
        NativeLibraries.LoadWithTorchSharp();
        AppDomain.CurrentDomain.UnhandledException += (_, failure) =>
        {
            if (ScriptFailure.Unwrap((Exception)failure.ExceptionObject) is UserException error)
            {
                Console.Error.WriteLine(error.Message);
                Environment.Exit(1);
            }
        };
    }
}
