namespace SVco.Scripting.Repl;

/// <summary>Takes inputs line by line, from a pipe or a terminal that cannot move its cursor; a line that is not complete goes on in the next.</summary>
/// <param name="lines">Gives lines.</param>
/// <param name="prompts">Is given what asks for a line; null for a pipe.</param>
sealed class PlainReader(TextReader lines, TextWriter? prompts) : ILineReader
{
    /// <summary>Whether the lines are not a person's.</summary>
    public bool IsPiped => prompts is null;

    /// <inheritdoc/>
    public string? Read()
    {
        prompts?.Write(ReplText.Prompt);
        if (lines.ReadLine() is not { } input)
        {
            prompts?.WriteLine();
            return null;
        }

        while (input.Trim().Length > 0 && !ReplInput.IsComplete(input))
        {
            prompts?.Write(ReplText.Continuation);
            if (lines.ReadLine() is not { } line)
            {
                break;
            }

            // In a terminal an empty line says that this is all.
            if (prompts is not null && line.Trim().Length == 0)
            {
                return ReplInput.Completed(input);
            }

            input = $"{input}\n{line}";
        }

        return input;
    }
}
