using System.Reflection;
using NetArchTest.Rules;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>The arrows between the rooms: Core, Files, Models, Training, then Curation and Evaluation, then Miniature and Experiments, then Scripting.</summary>
public class ArchitectureTests
{
    const string ToTraining = "Core Files Models Training";

    static readonly string[] Rooms =
    [
        .. Directory.GetDirectories(Path.Combine(Golden.RepositoryRoot, "src")).Select(room => Path.GetFileName(room)),
    ];

    [Theory]
    [InlineData("Core", "")]
    [InlineData("Files", "Core")]
    [InlineData("Chat", "Core Files")]
    [InlineData("Models", "Core Files")]
    [InlineData("Training", "Core Files Models")]
    [InlineData("Curation", $"{ToTraining} Chat")]
    [InlineData("Evaluation", $"{ToTraining} Chat")]
    [InlineData("Miniature", $"{ToTraining} Chat Evaluation")]
    [InlineData("Experiments", $"{ToTraining} Chat Evaluation")]
    [InlineData("Scripting", $"{ToTraining} Chat Curation Evaluation Miniature Experiments")]
    public void A_room_knows_only_the_rooms_before_it(string room, string before)
    {
        var others = Rooms.Except([room, .. before.Split(' ')]).Select(other => $"SVco.{other}").ToArray();

        var result = Types.InAssembly(Assembly.Load($"SVco.{room}")).ShouldNot().HaveDependencyOnAny(others).GetResult();

        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void Every_room_has_its_arrows_tested()
    {
        var tested = typeof(ArchitectureTests)
            .GetMethod(nameof(A_room_knows_only_the_rooms_before_it))!
            .GetCustomAttributes<InlineDataAttribute>()
            .Select(data => (string)data.GetData(null!).Single()[0]);

        Assert.Equal(Rooms.Order(), tested.Order());
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
