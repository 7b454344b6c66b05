namespace SVco.Experiments.Tests;

public sealed class RunSpaceTests
{
    [Theory]
    [InlineData(0, false, 30)]
    [InlineData(1, false, 40)]
    [InlineData(2, false, 60)]
    [InlineData(9, false, 60)]
    [InlineData(0, true, 30)]
    [InlineData(9, true, 30)]
    public void A_new_state_or_the_finished_model_lies_beside_the_state_before(int saves, bool isSaved, long needed) =>
        Assert.Equal(needed, RunSpace.Needed(model: 10, state: 30, saves, isSaved));
}
