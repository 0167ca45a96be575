# Figures of R's glmnet for test_glmnet.py, printed as JSON. From this folder:
#
#     Rscript cross_validation.R > cross_validation.json
#
# Each row is one call of cv.glmnet on table.csv, at the lambdas that glmnet itself would take, which are
# handed over: without them cv.glmnet follows other lambdas in each fold and interpolates between them.

suppressMessages({
  library(glmnet)
  library(survival)
})

glmnet.control(fdev = 0, devmax = 1, epsnr = 1e-13, mxitnr = 1000)

table <- read.csv("table.csv")
x <- as.matrix(table[, 1:6])
y <- table$gaussian
both <- cbind(table$gaussian, table$second)
survival <- Surv(table$time, table$event)
weight <- table$weight
price <- c(1, 0, 2, 1, 0.5, 3)

calls <- list(
  "gaussian" = quote(cv(x, y)),
  "gaussian, standardize" = quote(cv(x, y, standardize = TRUE)),
  "gaussian, weights" = quote(cv(x, y, weights = weight)),
  "gaussian, penalty.factor" = quote(cv(x, y, penalty.factor = price)),
  "gaussian, lower.limits" = quote(cv(x, y, lower.limits = 0)),
  "gaussian, intercept" = quote(cv(x, y, intercept = FALSE)),
  "gaussian(), elastic net" = quote(cv(x, y, family = gaussian(), alpha = 0.5, standardize = TRUE)),
  "gaussian(), ridge" = quote(cv(x, y, family = gaussian(), alpha = 0, weights = weight)),
  "binomial" = quote(cv(x, table$label, family = "binomial")),
  "binomial, elastic net" = quote(cv(x, table$label, family = "binomial", alpha = 0.3, standardize = TRUE)),
  "binomial, ridge" = quote(cv(x, table$label, family = "binomial", alpha = 0)),
  "multinomial" = quote(cv(x, factor(table$kind), family = "multinomial")),
  "multinomial, elastic net" = quote(
    cv(x, factor(table$kind), family = "multinomial", alpha = 0.6, standardize = TRUE, weights = weight)
  ),
  "poisson" = quote(cv(x, table$count, family = "poisson")),
  "poisson, elastic net" = quote(
    cv(x, table$count, family = "poisson", alpha = 0.5, standardize = TRUE, weights = weight)
  ),
  "Gamma" = quote(cv(x, table$positive, family = Gamma(link = "log"))),
  "Gamma, elastic net" = quote(cv(x, table$positive, family = Gamma(link = "log"), alpha = 0.5)),
  "cox" = quote(cv(x, survival, family = "cox")),
  "cox, elastic net" = quote(cv(x, survival, family = "cox", alpha = 0.5, standardize = TRUE)),
  "cox, ridge" = quote(cv(x, survival, family = "cox", alpha = 0)),
  "mgaussian" = quote(cv(x, both, family = "mgaussian"))
)

# cv.glmnet to its last digits, at 10 lambdas from the largest that matters to 1.5 % of it
cv <- function(x, y, alpha = 1, standardize = FALSE, ...) {
  options <- list(alpha = alpha, standardize = standardize, thresh = 1e-22, maxit = 1e7, ...)
  largest <- max(do.call(glmnet, c(list(x, y), options))$lambda) * (if (alpha == 0) 0.01 else 1)
  lambda <- signif(largest, 4) * 10^seq(0, -1.8, length.out = 10)
  do.call(cv.glmnet, c(list(x, y, lambda = lambda, foldid = table$fold), options))
}

numbers <- function(values) paste0("[", paste(sprintf("%.12g", as.numeric(values)), collapse = ", "), "]")

entry <- function(name) {
  found <- eval(calls[[name]])
  at <- coef(found, s = "lambda.min", exact = FALSE)
  coefficients <- if (is.list(at)) sapply(at, as.numeric) else as.numeric(at)
  fields <- c(
    paste0('  "call": "', gsub('"', "'", paste(trimws(deparse(calls[[name]])), collapse = " ")), '"'),
    paste0('  "lambda": ', numbers(found$lambda)),
    paste0('  "cvm": ', numbers(found$cvm)),
    paste0('  "cvsd": ', numbers(found$cvsd)),
    paste0('  "lambda.min": ', sprintf("%.12g", found$lambda.min)),
    paste0('  "lambda.1se": ', sprintf("%.12g", found$lambda.1se)),
    paste0('  "coef": ', numbers(coefficients))
  )
  paste0('"', name, '": {\n', paste(fields, collapse = ",\n"), "\n}")
}

cat("{", paste(sapply(names(calls), entry), collapse = ",\n"), "}", sep = "\n")
