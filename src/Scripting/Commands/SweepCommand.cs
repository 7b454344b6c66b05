using System.CommandLine;
using SVco.Core;
using SVco.Evaluation.Report.Sweeps;
using SVco.Experiments;
using SVco.Scripting.Display;
using SVco.Scripting.Host;

namespace SVco.Scripting.Commands;

/// <summary><c>svco sweep FILE.yaml</c> and <c>svco sweep status FILE.yaml</c></summary>
static class SweepCommand
{
    public static Command Create()
    {
        var (file, output) = (FileArgument(), OutputOption());
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "List the runs with the memory and time that they take, and make none.",
        };
        var jobs = new Option<int?>("--jobs")
        {
            Description = "The most runs at once; by default as many as cores and memory allow.",
        }.AtLeast(1);
        var restart = new Option<bool>("--restart")
        {
            Description = "Throw away the runs that the folder holds instead of going on with them.",
        };
        var slurm = new Option<bool>("--slurm")
        {
            Description =
                "Write one array job for the missing runs and submit it with sbatch; a task that is preempted or out of time is queued again and goes on.",
        };
        var sbatch = new Option<string?>("--sbatch")
        {
            Description = "More options for sbatch, as in --sbatch=\"--partition=gpu --gres=gpu:1 --cpus-per-task=8 --time=12:00:00\".",
        };
        var command = new Command(
            "sweep",
            "Run an experiment at many points of its settings and compare them. The same command goes on with an interrupted sweep."
        )
        {
            file,
            dryRun,
            jobs,
            output,
            restart,
            slurm,
            sbatch,
            Status(),
            Task(),
        };
        command.SetAction(
            (parsed, _) =>
            {
                var plan = Load(parsed.GetRequiredValue(file), parsed.GetValue(output)) with { Jobs = parsed.GetValue(jobs) };
                return parsed.GetValue(dryRun) ? TellAsync(plan)
                    : parsed.GetValue(slurm) ? SubmitAsync(plan, parsed.GetValue(restart), parsed.GetValue(sbatch) ?? "")
                    : parsed.GetValue(sbatch) is { } given ? throw new UserException($"--sbatch {given} counts only with --slurm.")
                    : RunAsync(plan, parsed.GetValue(restart));
            }
        );
        return command;
    }

    static Command Status()
    {
        var (file, output) = (FileArgument(), OutputOption());
        var command = new Command("status", "Show how far a sweep is, also while it runs, and write its table and page anew.")
        {
            file,
            output,
        };
        command.SetAction(parsed =>
        {
            var plan = Load(parsed.GetRequiredValue(file), parsed.GetValue(output));
            Show(plan, plan.Status);
        });
        return command;
    }

    /// <summary>What a task of an array job does.</summary>
    static Command Task()
    {
        var (file, output) = (FileArgument(), OutputOption());
        var run = new Argument<string>("run") { Description = "The run's name." };
        var command = new Command("task", "Make one run of a sweep that was submitted to Slurm, and write the sweep's table and page anew.")
        {
            file,
            run,
            output,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var plan = SlurmSweep.Submitted(parsed.GetRequiredValue(file), parsed.GetRequiredValue(output)!) with
            {
                Command = ShellCommand.Of(["./svco", "sweep", parsed.GetRequiredValue(file), $"--output={parsed.GetValue(output)}"]),
            };
            Console.WriteLine($"What the run prints goes to {parsed.GetValue(run)}.log.");
            var isFinished = new SlurmSweep(plan).RunTask(parsed.GetRequiredValue(run), RunProcess.Run, Interrupt.Token);
            using (plan.HoldReport(CancellationToken.None))
            {
                SweepReport.Write(plan.Status(), plan.Folder, DateTimeOffset.Now);
            }

            return isFinished ? 0 : 1;
        });
        return command;
    }

    static Argument<string> FileArgument() => new("file") { Description = "A sweep's YAML file, e.g. configs/first_sweep.yaml." };

    static Option<string?> OutputOption() => new("--output") { Description = "The folder; runs/NAME when not given." };

    static SweepPlan Load(string file, string? output) =>
        SweepPlan.Load(Repository.Find(file), RunProcess.ExperimentOf, output) with
        {
            Command = ShellCommand.Typed ?? "",
        };

    static async Task<int> TellAsync(SweepPlan plan)
    {
        await plan.TellAsync(new RunDisplay(Interrupt.Token), Interrupt.Token);
        return 0;
    }

    static async Task<int> RunAsync(SweepPlan plan, bool restart)
    {
        var results = await plan.RunAsync(
            RunProcess.Run,
            restart,
            new RunDisplay(Interrupt.Token),
            new JobsDisplay(Console.Error, Interrupt.Token, "whole sweep", "runs").Show,
            Interrupt.Token
        );
        Show(plan, () => results);
        Interrupt.Token.ThrowIfCancellationRequested();
        return results.Points.Any(point => point.Runs.Any(run => run.Failure.Length > 0)) ? 1 : 0;
    }

    static async Task<int> SubmitAsync(SweepPlan plan, bool restart, string options)
    {
        var submitted = await new SlurmSweep(plan).SubmitAsync(
            RunProcess.Program,
            restart,
            options,
            new RunDisplay(Interrupt.Token),
            Interrupt.Token
        );
        Console.WriteLine(submitted);
        if (submitted.Job is { } job)
        {
            Console.WriteLine($"How far it is:  {ShellCommand.Of(["./svco", "sweep", "status", plan.File, .. OutputOf(plan)])}");
            Console.WriteLine($"To end it:      scancel {job}    (what is made stays; the same command goes on)");
        }

        return 0;
    }

    static string[] OutputOf(SweepPlan plan) => plan.Sweep.Output is { } output ? [$"--output={output}"] : [];

    static void Show(SweepPlan plan, Func<SweepResults> look)
    {
        if (!Directory.Exists(plan.Folder))
        {
            Console.Write(SweepReport.Text(look()));
            return;
        }

        using var held = plan.HoldReport(CancellationToken.None);
        var results = look();
        Console.Write(SweepReport.Text(results));
        foreach (var path in SweepReport.Write(results, plan.Folder, DateTimeOffset.Now))
        {
            Console.WriteLine(path);
        }
    }
}
