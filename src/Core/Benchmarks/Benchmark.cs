using System.Collections.Immutable;
using SVco.Core.Data;

namespace SVco.Core.Benchmarks;

/// <summary>A benchmark: what is asked, and what is measured of the answers. Two benchmarks may ask the same items for other metrics.</summary>
/// <param name="Name">The name in tables, such as "MMVP"; unique among the benchmarks that are reported together.</param>
/// <param name="Domain">hallucination, vision-centric, general, knowledge, refusal or style.</param>
/// <param name="Items">The questions.</param>
/// <param name="Metrics">What is reported, the main one first.</param>
public sealed record Benchmark(string Name, string Domain, ImmutableArray<Item> Items, ImmutableArray<Metric> Metrics);

/// <summary>A question of a benchmark.</summary>
/// <param name="Id">Its name; unique in the benchmark, and equal in two benchmarks only for the same question.</param>
/// <param name="Category">
/// Its category; empty where there are none. A category inside another is written with a slash: "2D/COCO".
/// </param>
/// <param name="Group">Items of one category and group count only together, such as the two of an MMVP pair; an item alone has its own.</param>
/// <param name="Image">The image; null for a question without one. A no-image run leaves all images out.</param>
/// <param name="Prompt">The user's text.</param>
/// <param name="Task">How it is answered, and what is right.</param>
public sealed record Item(string Id, string Category, string Group, ImageSource? Image, string Prompt, ItemTask Task)
{
    /// <summary>
    /// Further groupings that the whole number does not depend on, such as MM-Vet's capabilities; an item may have several, and
    /// <see cref="Score.Categories"/> has the mean of each beside the categories. None is also a category's name.
    /// </summary>
    public ImmutableArray<string> Tags { get; init; } = [];
}

/// <summary>How an item is answered.</summary>
public abstract record ItemTask
{
    ItemTask() { }

    /// <summary>The truth in words, for people.</summary>
    public abstract string Truth { get; }

    /// <summary>
    /// The model chooses the option that it holds most probable (sum of the log-probabilities of its tokens). Its verdict has the mark
    /// <see cref="Right"/>. Where an option is chosen by its letter, that is written: <see cref="Write"/> with a <see cref="LetterGrader"/>.
    /// </summary>
    /// <param name="Options">The possible responses.</param>
    /// <param name="Correct">The index of the right one.</param>
    public sealed record Choose(ImmutableArray<string> Options, int Correct) : ItemTask
    {
        /// <summary>1 for the right option; 0 for another, and where none is the most probable because several share the highest.</summary>
        public const string Right = "right";

        /// <inheritdoc/>
        public override string Truth => Options[Correct];
    }

    /// <summary>The model writes.</summary>
    /// <param name="Grader">Marks what it wrote.</param>
    /// <param name="MaxNewTokens">The most tokens that it may write, the end token included.</param>
    public sealed record Write(Grader Grader, int MaxNewTokens) : ItemTask
    {
        /// <summary>Whether white space around the answer is taken away, whatever the model's chat format does (the official script of MMVP).</summary>
        public bool IsStripped { get; init; }

        /// <inheritdoc/>
        public override string Truth => Grader.Truth;
    }
}
