using System.Collections.Immutable;
using FsCheck.Xunit;

namespace SVco.Experiments.Tests;

/// <summary>Which command a person has typed, by what a process can know of itself.</summary>
public sealed class TypedCommandTests
{
    const string Ours = "/svco/bin/SVco.Scripting.dll";

    /// <summary>The words before "run", "x.csx"; none where they are not known.</summary>
    [Theory]
    [InlineData("./svco", "./svco", "bash", "/usr/bin/dotnet", null)]
    [InlineData("", "", "bash", "/usr/bin/dotnet", null)]
    [InlineData(
        "dotnet run -c Release --project src/Scripting --",
        null,
        "dotnet run -c Release --project src/Scripting -- run x.csx",
        "/svco/bin/SVco.Scripting",
        null
    )]
    [InlineData("dotnet svco", null, "/usr/bin/dotnet svco run x.csx", "/usr/bin/dotnet", null)]
    [InlineData("dotnet run my.cs", null, "dotnet run my.cs run x.csx", "/cache/my", "/my.cs")]
    // Where the system tells nothing of another process.
    [InlineData("dotnet run /my.cs --", null, null, "/cache/my", "/my.cs")]
    [InlineData("svco", null, null, "/home/me/.dotnet/tools/svco", null)]
    [InlineData($"dotnet {Ours}", null, null, "/usr/bin/dotnet", null)]
    [InlineData("", null, null, "/svco/bin/SVco.Scripting", null)]
    // Another program of .NET has started it, or a shell.
    [InlineData($"dotnet {Ours}", null, "dotnet exec testhost.dll run x.csx", "/usr/bin/dotnet", null)]
    [InlineData($"dotnet {Ours}", null, "dotnet run another", "/usr/bin/dotnet", null)]
    [InlineData("/svco/bin/SVco.Scripting", null, "bash", "/svco/bin/SVco.Scripting", null)]
    public void The_program_is_called_as_the_person_has_called_it(
        string words,
        string? said,
        string? parent,
        string process,
        string? file
    ) =>
        Assert.Equal(
            words,
            string.Join(
                ' ',
                TypedCommand.ProgramOf(Ours, ["run", "x.csx"], said, parent is null ? null : [.. parent.Split(' ')], process, file)
            )
        );

    [Fact]
    public void Dotnet_script_is_called_by_its_name() =>
        Assert.Equal(
            "dotnet script",
            string.Join(' ', TypedCommand.ProgramOf("/tools/dotnet-script.dll", ["x.csx"], null, null, "/tools/dotnet-script", null))
        );

    [Property]
    public bool The_words_before_the_arguments_and_these_are_the_command_and_other_arguments_are_not_known(string[] before, string[] args)
    {
        var typed = new TypedCommand(["./svco"], [.. before, .. args]);
        return typed.Before(args) is { } words
            && words.SequenceEqual(["./svco", .. before])
            && typed.Before([.. before, .. args, "more"]) is null;
    }

    [Fact]
    public void What_began_a_run_anew_or_ended_it_early_does_not_go_on_with_it()
    {
        string[] args =
        [
            "--restart",
            "--epochs",
            "2",
            "--stop-after",
            "3",
            "--stop-after=4",
            "--restart=true",
            "--restart",
            "false",
            "--quick",
        ];
        var (kept, left) = ShellCommand.GoingOn(args);
        Assert.Equal("--epochs 2 --quick", string.Join(' ', kept));
        Assert.Equal("--restart --stop-after", string.Join(' ', left));
    }
}
