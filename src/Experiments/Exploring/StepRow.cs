using System.Collections.Immutable;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>The numbers of a training step.</summary>
/// <param name="Step">Optimiser steps made.</param>
/// <param name="Epoch">Epochs made.</param>
/// <param name="Loss">The objective's loss on the step's pairs.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="GradientNorm">The gradient's norm before it is clipped.</param>
/// <param name="Tokens">Tokens that went through the model.</param>
/// <param name="Official">All numbers of the line under the official trainer's names.</param>
public sealed record StepRow(
    int Step,
    double Epoch,
    double Loss,
    double LearningRate,
    double GradientNorm,
    double Tokens,
    ImmutableSortedDictionary<string, double> Official
)
{
    internal static StepRow Of(MetricsLine line)
    {
        var numbers = line.Numbers.Keys.ToImmutableSortedDictionary(name => name, name => line[name], StringComparer.Ordinal);
        return new(line.Step, Of("epoch"), Of("loss"), Of("learning_rate"), Of("grad_norm"), Of("tokens"), numbers);

        double Of(string name) => numbers.GetValueOrDefault(name, double.NaN);
    }
}

/// <summary>The numbers of a validation.</summary>
/// <param name="Step">Optimiser steps made before it.</param>
/// <param name="Loss">The reported formula's loss on the validation pairs.</param>
/// <param name="Official">All numbers of the line under the official trainer's names.</param>
public sealed record ValidationRow(int Step, double Loss, ImmutableSortedDictionary<string, double> Official)
{
    internal static ValidationRow Of(MetricsLine line) =>
        new(
            line.Step,
            line["eval_loss"],
            line.Numbers.Keys.ToImmutableSortedDictionary(name => name, name => line[name], StringComparer.Ordinal)
        );
}
