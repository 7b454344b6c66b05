using System.Collections.Immutable;
using SVco.Scripting.Repl.Assistance;

namespace SVco.Scripting.Repl.Editing;

/// <summary>Gives advice on an input.</summary>
/// <param name="input">The input.</param>
/// <param name="suggest">Whether suggestions are wanted.</param>
/// <param name="stop">Cancelled when the input has changed.</param>
delegate Task<Advice> Adviser(InputText input, bool suggest, CancellationToken stop);

/// <summary>
/// Lets a person edit inputs in a terminal: several lines, colours, suggestions and signatures as they come, and the inputs of before. Small, since no
/// library serves: RadLine 0.6.0 needs a Spectre.Console of 2022, and completes only by going round; PrettyPrompt is not to be had everywhere.
/// </summary>
/// <param name="keys">The keyboard.</param>
/// <param name="screen">The terminal.</param>
/// <param name="history">The inputs of before.</param>
/// <param name="adviser">Gives advice on an input.</param>
sealed class TerminalReader(Keyboard keys, Screen screen, History history, Adviser adviser) : ILineReader
{
    const int MostUndone = 1000;
    const int MostLinesAbout = 6;

    ImmutableStack<InputText> undone = [];
    ImmutableStack<InputText> done = [];
    InputText input = InputText.Empty;
    ImmutableArray<ColouredSpan> colours = [];
    ImmutableArray<string> signatures = [];
    SuggestionMenu? menu;
    string description = "";
    int? place;
    string beginning = "";
    CancellationTokenSource stop = new();
    Task<Action>? pending;

    /// <inheritdoc/>
    public string? Read()
    {
        (input, colours, done, undone, place) = (InputText.Empty, [], [], [], null);
        Forget();
        using var mode = keys.Begin();
        while (true)
        {
            Draw();
            if (Next() is not { } key)
            {
                var advised = pending!;
                pending = null;
                Take(advised);
                continue;
            }

            if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } && input.Text.Length == 0)
            {
                screen.Leave();
                return null;
            }

            if (key is { Key: ConsoleKey.Enter, Modifiers: 0 } && menu is not { IsEntered: true } && Submitted() is { } text)
            {
                (input, menu, signatures, description) = (InputText.Of(text), null, [], "");
                Forget();
                Draw();
                screen.Leave();
                history.Add(text);
                return text;
            }

            Take(key);
        }
    }

    /// <summary>The next key; null when advice has come before one.</summary>
    ConsoleKeyInfo? Next()
    {
        while (pending is { IsCompleted: false } && !keys.IsPressed)
        {
            // Short enough not to be felt.
            Thread.Sleep(10);
        }

        return pending is { IsCompleted: true } && !keys.IsPressed ? null : keys.Read();
    }

    void Take(Task<Action> advised)
    {
        if (advised.IsCompletedSuccessfully)
        {
            advised.Result();
        }
        else if (advised.Exception is { } error)
        {
            signatures = [$"No advice: {error.InnerException!.Message}"];
        }
    }

    /// <summary>The input when Enter means that it is to run: it is complete, or ends in an empty line.</summary>
    string? Submitted()
    {
        var text = input.Text;
        return text.Trim().Length == 0 ? ""
            : ReplInput.IsComplete(text) ? text
            : !input.IsInLastLine ? null
            : text.Contains('\n') && text[(text.LastIndexOf('\n') + 1)..].Trim().Length == 0 ? ReplInput.Completed(text.TrimEnd())
            : null;
    }

    void Take(ConsoleKeyInfo key)
    {
        if (TakeMenu(key))
        {
            return;
        }

        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        var alt = key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        switch (key.Key)
        {
            case ConsoleKey.C when control:
                (place, done) = (null, []);
                Change(InputText.Empty);
                return;
            case ConsoleKey.L when control:
                screen.Clear();
                return;
            case ConsoleKey.Z when control:
                Undo(ref done, ref undone);
                return;
            case ConsoleKey.Y when control:
                Undo(ref undone, ref done);
                return;
            case ConsoleKey.Spacebar when control:
            case ConsoleKey.Tab when input.Before.TrimEnd(' ') is { Length: > 0 } and not [.., '\n']:
                Ask(suggest: true);
                return;
            case ConsoleKey.Escape when keys.ReadPaste() is { } pasted:
                Change(input.Insert(pasted));
                return;
            case ConsoleKey.UpArrow when input.IsInFirstLine:
            case ConsoleKey.P when control:
                Recall(history.Before(place ?? history.Inputs.Length, Beginning()));
                return;
            case ConsoleKey.DownArrow when input.IsInLastLine:
            case ConsoleKey.N when control:
                RecallNewer();
                return;
        }

        InputText? next = key.Key switch
        {
            ConsoleKey.Enter => input.NewLine(),
            ConsoleKey.J when control => input.NewLine(),
            ConsoleKey.Tab => input.Insert("    "),
            ConsoleKey.W when control => input.DeleteWord(),
            ConsoleKey.Backspace when control || alt => input.DeleteWord(),
            ConsoleKey.Backspace => input.Backspace(),
            ConsoleKey.H when control => input.Backspace(),
            ConsoleKey.Delete => input.Delete(),
            ConsoleKey.D when control => input.Delete(),
            ConsoleKey.K when control => input.DeleteToEnd(),
            ConsoleKey.U when control => input.DeleteToStart(),
            ConsoleKey.LeftArrow when control || alt => input.WordLeft(),
            ConsoleKey.B when alt => input.WordLeft(),
            ConsoleKey.RightArrow when control || alt => input.WordRight(),
            ConsoleKey.F when alt => input.WordRight(),
            ConsoleKey.LeftArrow => input.Left(),
            ConsoleKey.B when control => input.Left(),
            ConsoleKey.RightArrow => input.Right(),
            ConsoleKey.F when control => input.Right(),
            ConsoleKey.UpArrow => input.Up(),
            ConsoleKey.DownArrow => input.Down(),
            ConsoleKey.Home => input.Home(),
            ConsoleKey.A when control => input.Home(),
            ConsoleKey.End => input.End(),
            ConsoleKey.E when control => input.End(),
            _ when !control && !alt && !char.IsControl(key.KeyChar) => input.Type(key.KeyChar),
            _ => null,
        };
        if (next is not null)
        {
            Change(next, typed: key.KeyChar);
        }
    }

    /// <summary>Keys that mean something else while there are suggestions.</summary>
    bool TakeMenu(ConsoleKeyInfo key)
    {
        if (menu is not { } shown)
        {
            return false;
        }

        switch (key.Key)
        {
            case ConsoleKey.Tab when key.Modifiers == 0:
            case ConsoleKey.Enter when shown.IsEntered && key.Modifiers == 0:
                var taken = shown.Current;
                Change(input.Replace(taken.Replaced.Start, input.Caret, taken.Text));
                return true;
            case ConsoleKey.DownArrow:
                Choose(shown.Move(1));
                return true;
            case ConsoleKey.UpArrow when shown.IsEntered:
                Choose(shown.Move(-1));
                return true;
            case ConsoleKey.Escape when !keys.IsPressed:
                (menu, description) = (null, "");
                return true;
            default:
                return false;
        }
    }

    void Choose(SuggestionMenu chosen)
    {
        (menu, description) = (chosen, "");
        Describe(chosen);
    }

    void Describe(SuggestionMenu chosen)
    {
        var token = Forget();
        pending = Task.Run(async () =>
        {
            var text = await chosen.Current.DescribeAsync(token);
            return (Action)(() => description = menu == chosen ? text : "");
        });
    }

    void Change(InputText next, char typed = '\0')
    {
        if (next.Text == input.Text)
        {
            input = next;
            (menu, description) = (null, "");
            Ask(suggest: false);
            return;
        }

        (done, undone) = (done.Count() < MostUndone ? done.Push(input) : [input], []);
        (input, menu, description) = (next, null, "");
        colours = SyntaxColours.OfTokens(input.Text);
        Ask(suggest: typed == '.' || IsInName());
    }

    /// <summary>Whether the caret stands behind the letters of a name, and not those of a number.</summary>
    bool IsInName() =>
        input.Before[input.WordLeft().Caret..] is [var first, .. var rest]
        && (char.IsLetter(first) || first == '_')
        && rest.All(letter => char.IsLetterOrDigit(letter) || letter == '_');

    void Ask(bool suggest)
    {
        var token = Forget();
        var asked = input;
        if (asked.Text.Trim().Length == 0)
        {
            signatures = [];
            return;
        }

        pending = Task.Run(async () =>
        {
            var advice = await adviser(asked, suggest, token);
            return (Action)(() => Show(asked, advice));
        });
    }

    void Show(InputText asked, Advice advice)
    {
        if (asked != input)
        {
            return;
        }

        // What stands there already is no suggestion.
        var suggestions =
            advice.Suggestions is [var only] && asked.Before.EndsWith(only.Text, StringComparison.Ordinal) ? [] : advice.Suggestions;
        (colours, signatures) = (advice.Colours, advice.Signatures);
        menu = suggestions.IsEmpty ? null : new(suggestions);
        if (menu is { } shown)
        {
            Describe(shown);
        }
    }

    CancellationToken Forget()
    {
        stop.Cancel();
        (stop, pending) = (new(), null);
        return stop.Token;
    }

    void Undo(ref ImmutableStack<InputText> from, ref ImmutableStack<InputText> to)
    {
        if (from.IsEmpty)
        {
            return;
        }

        to = to.Push(input);
        from = from.Pop(out input);
        (menu, description, colours) = (null, "", SyntaxColours.OfTokens(input.Text));
        Ask(suggest: false);
    }

    /// <summary>What an input of before has to begin with: what was typed before the first arrow.</summary>
    string Beginning() => place is null ? beginning = input.Text : beginning;

    void RecallNewer()
    {
        if (place is not { } now)
        {
            return;
        }

        if (history.After(now, beginning) is { } newer)
        {
            Recall(newer);
            return;
        }

        place = null;
        Replace(beginning);
    }

    void Recall(int? found)
    {
        if (found is { } at)
        {
            place = at;
            Replace(history.Inputs[at]);
        }
    }

    void Replace(string text)
    {
        (input, menu, description) = (InputText.Of(text), null, "");
        colours = SyntaxColours.OfTokens(text);
        Ask(suggest: false);
    }

    void Draw()
    {
        string[] about =
            menu is null ? [.. signatures]
            : description.Length > 0 ? description.Split('\n')
            : [];
        screen.Draw(input, colours, menu, about.Take(MostLinesAbout), keys.Width, keys.Height);
    }
}
