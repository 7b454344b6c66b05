using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>A dispose scope that outlives the function that opens it.</summary>
static class OpenScope
{
    /// <summary>Opens a scope for what is made in it and disposes it; where making it fails, the scope goes at once.</summary>
    public static T For<T>(Func<IDisposable, T> make)
    {
        var scope = NewDisposeScope();
        try
        {
            return make(scope);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }
}
