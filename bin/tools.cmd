@echo off
rem Runs the built-in example programs from wherever this file is.
node "%~dp0run.js" tools %*
