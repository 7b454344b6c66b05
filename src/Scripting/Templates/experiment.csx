#load "nuget: SVco.Scripting, VERSION"

// Every setting that is not named here has the paper's value; --help lists them all.
var experiment = Experiment("NAME")
    .Model(LlavaInterleave7B with { Frozen = VisionTower })
    .Objective(SVco(beta1: 0.1, beta2: 0.1))
    .Data(Mvc.Train, validation: Mvc.Validation)
    .Train(
        new()
        {
            LearningRate = 1e-6,
            WarmupRatio = 0.05,
            Epochs = 1,
            Accumulation = 32,
        }
    );

// Where neither this script nor --model and --data name a model or pairs, tiny bundled ones stand in.
return await experiment.OrTiny().Run(Args);
