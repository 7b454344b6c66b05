using SVco.Core;
using SVco.Scripting.Host;

namespace SVco.Scripting.Tests;

/// <summary>The same script under our host and under what dotnet script does.</summary>
public sealed class HostStandInTests : IDisposable
{
    const string Script = """
        #load "scripting/prelude.csx"
        await Task.Yield();
        var type = typeof(UserException);
        File.WriteAllLines(Args[0], [type.Assembly.Location, preludeFile, $"{Interrupt.Token.CanBeCanceled}", Args[1]]);
        return 3;
        """;

    readonly HostFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Under_our_host_the_assemblies_are_the_hosts_own()
    {
        Assert.Equal(3, await folder.RunAsync(Script, "--help"));

        var host = typeof(UserException).Assembly.Location;
        Assert.Equal([host, folder.PathOf("scripting/prelude.csx"), "True", "--help"], folder.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Under_dotnet_script_they_are_copies_outside_the_hosts_context()
    {
        foreach (var assembly in new[] { typeof(UserException).Assembly, typeof(ScriptHost).Assembly })
            folder.Copy(assembly.Location, "scripting/bin/Release");
        var copies = folder.PathOf("copies");

        var code = await HostStandIn.RunAsync(folder.Write("run.csx", Script), [folder.PathOf("output"), "--help"], copies);

        Assert.Equal(3, code);
        string[] expected = [Path.Combine(copies, "SVco.Core.dll"), folder.PathOf("scripting/prelude.csx"), "True", "--help"];
        Assert.Equal(expected, folder.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task The_stand_in_finds_nothing_that_no_directive_names()
    {
        folder.Copy(typeof(ScriptHost).Assembly.Location, "scripting/bin/Release");
        var script = folder.Write(
            "run.csx",
            """
            #r "scripting/bin/Release/SVco.Scripting.dll"
            await SVco.Scripting.Host.ScriptHost.RunAsync(Args[0], []);
            """
        );
        folder.Write("boom.csx", "throw new Exception();");

        await Assert.ThrowsAsync<FileNotFoundException>(() =>
            HostStandIn.RunAsync(script, [folder.PathOf("boom.csx")], folder.PathOf("copies"))
        );
    }
}
