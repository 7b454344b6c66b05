using Microsoft.CodeAnalysis.Text;

namespace SVco.Scripting.Repl.Assistance;

/// <summary>What could stand at the caret.</summary>
/// <param name="Name">What the list shows.</param>
/// <param name="Replaced">What of the input it takes the place of.</param>
/// <param name="Text">What is put there.</param>
/// <param name="DescribeAsync">Its signature and what its documentation says.</param>
sealed record Suggestion(string Name, TextSpan Replaced, string Text, Func<CancellationToken, Task<string>> DescribeAsync);
