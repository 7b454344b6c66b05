using System.Reflection;
using NetArchTest.Rules;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>The arrows between the rooms: Core, Models, then Training, Curation and Evaluation, then Scripting.</summary>
public class ArchitectureTests
{
    static readonly string[] Rooms = ["Core", "Models", "Training", "Curation", "Evaluation", "Scripting"];

    [Theory]
    [InlineData("Core", "")]
    [InlineData("Models", "Core")]
    [InlineData("Training", "Core Models")]
    [InlineData("Curation", "Core Models")]
    [InlineData("Evaluation", "Core Models Training")]
    [InlineData("Scripting", "Core Models Training Curation Evaluation")]
    public void A_room_knows_only_the_rooms_before_it(string room, string before)
    {
        var others = Rooms.Except([room, .. before.Split(' ')]).Select(other => $"SVco.{other}").ToArray();
        if (!Directory.Exists(Path.Combine(Golden.RepositoryRoot, "src", room)))
        {
            return; // A room is made when its first code arrives.
        }

        var result = Types.InAssembly(Assembly.Load($"SVco.{room}")).ShouldNot().HaveDependencyOnAny(others).GetResult();

        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Theory]
    [InlineData("TorchSharp")]
    [InlineData("System.IO.File")]
    [InlineData("System.IO.Directory")]
    [InlineData("System.IO.Path")]
    [InlineData("System.IO.Stream")]
    [InlineData("System.Random")]
    [InlineData("System.Diagnostics.Stopwatch")]
    [InlineData("System.DateTime")]
    [InlineData("System.DateTimeOffset")]
    [InlineData("System.Threading.Tasks.Task")]
    public void Core_has_no_tensors_files_clock_or_hidden_randomness(string forbidden)
    {
        var result = Types.InAssembly(typeof(Core.UserException).Assembly).ShouldNot().HaveDependencyOn(forbidden).GetResult();

        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
