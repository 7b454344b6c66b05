using Microsoft.CodeAnalysis.Text;

namespace SVco.Scripting.Repl.Assistance;

/// <summary>A piece of an input and its colour.</summary>
/// <param name="Span">Where.</param>
/// <param name="Colour">The number of a colour of the terminal's own palette, as SGR takes it.</param>
readonly record struct ColouredSpan(TextSpan Span, int Colour);
