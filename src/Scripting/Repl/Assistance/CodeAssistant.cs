using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Classification;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;
using SVco.Scripting.Host;

namespace SVco.Scripting.Repl.Assistance;

/// <summary>
/// What Roslyn's editor features know of an input, which goes on with the inputs before it: each is a project of a workspace that refers to the one
/// before.
/// </summary>
/// <param name="folder">Relative paths of <c>#load</c> and <c>#r</c> begin here.</param>
sealed class CodeAssistant(string folder)
{
    const int MostSuggestions = 200;

    static readonly string[] OfEveryObject =
    [
        nameof(Equals),
        nameof(GetHashCode),
        nameof(GetType),
        nameof(MemberwiseClone),
        nameof(ReferenceEquals),
        nameof(ToString),
    ];

    static readonly CSharpParseOptions Script = CSharpParseOptions.Default.WithKind(SourceCodeKind.Script);

    readonly Lock gate = new();
    readonly Documentation documentation = new();
    ImmutableArray<string> known = [];
    Workspace? workspace;
    ScriptOptions? options;
    Solution? finished;
    ProjectId? lastFinished;
    Document? open;

    /// <summary>Colours, suggestions and signatures of an input.</summary>
    /// <param name="before">The inputs that ran before, the prelude first.</param>
    /// <param name="input">The input.</param>
    /// <param name="caret">Where in it.</param>
    /// <param name="suggest">Whether suggestions are wanted.</param>
    /// <param name="stop">Cancelled when the input has changed.</param>
    public async Task<Advice> AdviseAsync(ImmutableArray<string> before, string input, int caret, bool suggest, CancellationToken stop)
    {
        var document = DocumentOf(before, input);
        var suggestions = suggest ? await SuggestionsAsync(document, input, caret, stop) : [];
        var signatures = await CallSignatures.AtAsync(document, caret, stop);
        return new(await ColoursAsync(document, input, stop), suggestions, signatures);
    }

    /// <summary>What is known of an expression's last name: signature and documentation; null where nothing is.</summary>
    public async Task<string?> DescribeAsync(ImmutableArray<string> before, string expression, CancellationToken stop)
    {
        var document = DocumentOf(before, expression);
        var info = await QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, Math.Max(0, expression.Length - 1), stop);
        return info is null ? null : string.Join('\n', info.Sections.Select(section => section.Text).Where(text => text.Trim().Length > 0));
    }

    static async Task<ImmutableArray<ColouredSpan>> ColoursAsync(Document document, string input, CancellationToken stop)
    {
        var spans = await Classifier.GetClassifiedSpansAsync(document, TextSpan.FromBounds(0, input.Length), stop);
        return
        [
            .. spans
                .Select(span => new ColouredSpan(span.TextSpan, SyntaxColours.Of(span.ClassificationType)))
                .Where(span => span.Colour != 0),
        ];
    }

    static async Task<ImmutableArray<Suggestion>> SuggestionsAsync(Document document, string input, int caret, CancellationToken stop)
    {
        var service = CompletionService.GetService(document)!;
        var list = await service.GetCompletionsAsync(document, caret, cancellationToken: stop);
        if (list.ItemsList.Count == 0)
        {
            return [];
        }

        var typed = input[list.Span.Start..caret];
        var fitting = list
            .ItemsList.Select(item => (Item: item, Rank: Rank(item.FilterText, typed)))
            .Where(item => item.Rank is not null)
            .OrderBy(item => item.Rank)
            .ThenByDescending(item => item.Item.Rules.MatchPriority)
            .ThenBy(item => item.Item.SortText, StringComparer.OrdinalIgnoreCase)
            .Select(item => item.Item)
            .DistinctBy(item => item.DisplayText)
            .Take(MostSuggestions);
        return
        [
            .. fitting.Select(item => new Suggestion(
                item.DisplayText + item.DisplayTextSuffix,
                list.Span,
                item.Properties.GetValueOrDefault("InsertionText") ?? item.DisplayText,
                async stop => (await service.GetDescriptionAsync(document, item, stop))?.Text ?? ""
            )),
        ];
    }

    /// <summary>How well a name fits what is typed, 0 best; null where it does not. What every object has comes last.</summary>
    static int? Rank(string name, string typed) =>
        OfEveryObject.Contains(name) && typed.Length == 0 ? 3
        : name.StartsWith(typed, StringComparison.Ordinal) ? 0
        : name.StartsWith(typed, StringComparison.OrdinalIgnoreCase) ? 1
        : name.Contains(typed, StringComparison.OrdinalIgnoreCase) ? 2
        : null;

    /// <summary>
    /// The input as the document that comes after all others. It stays the same document with another text, so that Roslyn keeps what it knows of
    /// the assemblies.
    /// </summary>
    Document DocumentOf(ImmutableArray<string> before, string input)
    {
        lock (gate)
        {
            options ??= ScriptCompiler.Options(new ReplSources(folder), new ScriptReferences(folder, documentation.Of), documentation.Of);
            workspace ??= new AdhocWorkspace(MefHostServices.DefaultHost);
            if (open is null || !before.SequenceEqual(known))
            {
                var (solution, last) = before.AsSpan().StartsWith(known.AsSpan())
                    ? (finished ?? workspace.CurrentSolution, lastFinished)
                    : (workspace.CurrentSolution, null);
                var from = last is null ? 0 : known.Length;
                foreach (var earlier in before[from..])
                {
                    (solution, last) = With(solution, last, earlier);
                }

                (finished, lastFinished, known) = (solution, last, before);
                (solution, last) = With(solution, last, "");
                open = solution.GetProject(last)!.Documents.Single();
            }

            return open.WithText(SourceText.From(input));
        }
    }

    (Solution Solution, ProjectId Project) With(Solution earlier, ProjectId? before, string input)
    {
        var project = ProjectId.CreateNewId();
        var name = $"input{project.Id:N}";
        var info = ProjectInfo.Create(
            project,
            VersionStamp.Default,
            name,
            name,
            LanguageNames.CSharp,
            compilationOptions: new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                usings: options!.Imports,
                sourceReferenceResolver: options.SourceResolver,
                metadataReferenceResolver: options.MetadataResolver,
                assemblyIdentityComparer: DesktopAssemblyIdentityComparer.Default
            ),
            parseOptions: Script,
            metadataReferences: options.MetadataReferences,
            projectReferences: before is null ? [] : [new ProjectReference(before)],
            isSubmission: true,
            hostObjectType: typeof(ScriptGlobals)
        );
        var document = DocumentInfo.Create(
            DocumentId.CreateNewId(project),
            name,
            sourceCodeKind: SourceCodeKind.Script,
            loader: TextLoader.From(TextAndVersion.Create(SourceText.From(input), VersionStamp.Create())),
            filePath: Path.Combine(folder, $"{name}.csx")
        );
        return (earlier.AddProject(info).AddDocument(document), project);
    }
}
