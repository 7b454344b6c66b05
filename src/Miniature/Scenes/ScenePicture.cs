using SVco.Core.Data;

namespace SVco.Miniature.Scenes;

/// <summary>The picture of a scene.</summary>
/// <param name="Scene">What it shows.</param>
/// <param name="Artefact">The strength of an edit's trace; see <see cref="Canvas.Draw"/>.</param>
public sealed record ScenePicture(Scene Scene, double Artefact = 0) : ImageSource.Drawn
{
    /// <inheritdoc/>
    public override RgbImage Draw() => Canvas.Draw(Scene, Artefact);
}
