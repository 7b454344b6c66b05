using System.Diagnostics;

namespace SVco.Tests;

/// <summary>A real browser without a window, for pages that people will read.</summary>
public static class Chromium
{
    /// <summary>The program; null where none is on the PATH.</summary>
    public static string? Program { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);

    /// <summary>The page's elements after its scripts ran, and what the browser logged; console messages have the word CONSOLE.</summary>
    /// <param name="page">An HTML file.</param>
    /// <param name="args">More of the browser's options, such as <c>--window-size=390,844</c>.</param>
    public static async Task<(string Dom, string Log)> OpenAsync(string page, params string[] args)
    {
        var profile = Directory.CreateTempSubdirectory("svco-chromium");
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(
                    Program!,
                    [
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--enable-logging=stderr",
                        $"--user-data-dir={profile.FullName}",
                        .. args,
                        "--dump-dom",
                        new Uri(Path.GetFullPath(page)).AbsoluteUri,
                    ]
                )
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var log = process.StandardError.ReadToEndAsync();
            var dom = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (dom, await log);
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }
}

/// <summary>A test that looks at a page in Chromium; skipped where there is none.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (Chromium.Program is null)
        {
            Skip = "No chromium on the PATH.";
        }
    }
}
