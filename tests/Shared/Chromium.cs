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
    public static Task<(string Dom, string Log)> OpenAsync(string page, params string[] args) => RunAsync(page, [.. args, "--dump-dom"]);

    /// <summary>Writes what the page looks like into a PNG file.</summary>
    /// <param name="page">An HTML file.</param>
    /// <param name="picture">Where to write.</param>
    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="height">Of the window, in pixels.</param>
    /// <param name="dark">Whether the reader likes dark pages.</param>
    public static Task ScreenshotAsync(string page, string picture, int width, int height, bool dark) =>
        RunAsync(
            page,
            [
                "--hide-scrollbars",
                $"--window-size={width},{height}",
                .. dark ? ["--force-dark-mode", "--enable-features=WebUIDarkMode"] : Array.Empty<string>(),
                $"--screenshot={picture}",
            ]
        );

    static async Task<(string Output, string Log)> RunAsync(string page, string[] args)
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
                        new Uri(Path.GetFullPath(page)).AbsoluteUri,
                    ]
                )
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var log = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (output, await log);
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
